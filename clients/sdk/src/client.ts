import type { CreateGenerationInput, DeviceFragment, ModelsQuery } from './generated/operations.js';
import { Devices, Models, Queue as QueueDocument, type QueueQuery } from './generated/operations.js';
import type { CreatedGeneration } from './generation-handle.js';
import { Generations } from './generations.js';
import { Http } from './http.js';
import type { CallOptions, ClientOptions } from './options.js';
import { Socket } from './socket.js';

export type Device = DeviceFragment;
export type Model = ModelsQuery['models'][number];
export type Queue = QueueQuery['queue'];

/** One ReelQL server. Opens nothing until it is used, and a socket only while something is watched. */
export class ReelQL {
  readonly generations: Generations;
  private readonly http: Http;
  private readonly socket: Socket;

  constructor(readonly options: ClientOptions) {
    this.http = new Http(options);
    this.socket = new Socket(options);
    this.generations = new Generations({ http: this.http, socket: this.socket });
  }

  /** Asks for one video. See Generations.create. */
  generate(input: CreateGenerationInput, options?: CallOptions): Promise<CreatedGeneration> {
    return this.generations.create(input, options);
  }

  /** The devices that work on generations. */
  async devices({ signal }: CallOptions = {}): Promise<readonly Device[]> {
    return (await this.http.query(Devices, {}, signal)).devices;
  }

  /** The models that generations can use. */
  async models({ signal }: CallOptions = {}): Promise<readonly Model[]> {
    return (await this.http.query(Models, {}, signal)).models;
  }

  /** What waits and what runs; of those that wait, the next 20 unless `first` says otherwise. */
  async queue(page: { first?: number; after?: string } = {}, { signal }: CallOptions = {}): Promise<Queue> {
    return (await this.http.query(QueueDocument, page, signal)).queue;
  }

  /**
   * A file of the server: an artifact's or a preview's address. The response is 2xx; its body is yours to read.
   * @throws NotFoundError, ConnectionError …
   */
  download(address: string | { readonly url: string }, { signal }: CallOptions = {}): Promise<Response> {
    return this.http.file(typeof address === 'string' ? address : address.url, { signal });
  }

  /** Whether a server answers, within a second unless the signal says otherwise. */
  async isReachable({ signal = AbortSignal.timeout(1000) }: CallOptions = {}): Promise<boolean> {
    return this.http.file('/healthz', { signal }).then(
      () => true,
      () => false,
    );
  }

  /** Ends all subscriptions. Calls that still wait for events fail. */
  async close(): Promise<void> {
    await this.socket.close();
  }
}
