import {
  type CreateGenerationInput,
  DeviceChanged,
  type DeviceFragment,
  Devices,
  EstimateGeneration,
  type EstimateGenerationInput,
  type EstimateGenerationQuery,
  Models,
  type ModelsQuery,
  QueueChanged,
  type QueueFragment,
  Queue as QueuePage,
  type QueueQuery,
  SetQueuePaused,
} from './generated/operations.js';
import type { CreatedGeneration } from './generation-handle.js';
import { Generations } from './generations.js';
import { Http } from './http.js';
import type { CallOptions, ClientOptions } from './options.js';
import { successOf } from './problems.js';
import { Socket } from './socket.js';
import { type Upload, uploadPicture } from './upload.js';

export type Device = DeviceFragment;
export type Model = ModelsQuery['models'][number];
export type QueueState = QueueFragment;
export type Queue = QueueQuery['queue'];
export type Estimate = Extract<
  EstimateGenerationQuery['estimateGeneration'],
  { readonly __typename: 'EstimateGenerationSuccess' }
>;

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

  /**
   * How long a video would take and what memory it would need; nothing is reserved. `estimate` is null where the server cannot tell
   * yet.
   * @throws InvalidInputError, NotFoundError, DoesNotFitError
   */
  async estimate(input: EstimateGenerationInput = {}, { signal }: CallOptions = {}): Promise<Estimate> {
    return successOf((await this.http.query(EstimateGeneration, { input }, signal)).estimateGeneration);
  }

  /** The devices that work on generations. */
  async devices({ signal }: CallOptions = {}): Promise<readonly Device[]> {
    return (await this.http.query(Devices, {}, signal)).devices;
  }

  /** Each device, or one of them, as it is now, then whenever it has changed, at most twice a second. Ends with the signal. */
  async *watchDevices({ deviceId, signal }: CallOptions & { readonly deviceId?: string | undefined } = {}) {
    for await (const { deviceChanged } of this.socket.subscribe(DeviceChanged, { deviceId }, undefined, signal)) {
      yield deviceChanged;
    }
  }

  /** The models that generations can use. */
  async models({ signal }: CallOptions = {}): Promise<readonly Model[]> {
    return (await this.http.query(Models, {}, signal)).models;
  }

  /** What waits and what runs; of those that wait, the next 20 unless `first` says otherwise. */
  async queue(page: { first?: number; after?: string } = {}, { signal }: CallOptions = {}): Promise<Queue> {
    return (await this.http.query(QueuePage, page, signal)).queue;
  }

  /** The queue's state as it is now, then whenever it has changed, at most twice a second. Ends with the signal. */
  async *watchQueue({ signal }: CallOptions = {}): AsyncGenerator<QueueState, void, void> {
    for await (const { queueChanged } of this.socket.subscribe(QueueChanged, {}, undefined, signal)) yield queueChanged;
  }

  /** While paused nothing new starts. For admins. */
  async setQueuePaused(paused: boolean, { signal }: CallOptions = {}): Promise<QueueState> {
    const { setQueuePaused } = await this.http.query(SetQueuePaused, { input: { paused } }, signal);
    return setQueuePaused.queue;
  }

  /**
   * Stores a JPEG, PNG or WebP picture for `firstFrameUploadId`.
   * @throws UnusableUploadError
   */
  upload(picture: Blob | Uint8Array<ArrayBuffer>, { signal }: CallOptions = {}): Promise<Upload> {
    return uploadPicture(this.http, picture, signal);
  }

  /**
   * A file of the server: an artifact's or a preview's address. The response is 2xx; its body is yours to read.
   * @throws NotFoundError, ConnectionError …
   */
  download(address: string | { readonly url: string }, { signal }: CallOptions = {}): Promise<Response> {
    return this.http.file(typeof address === 'string' ? address : address.url, { signal });
  }

  /** Whether a server answers, within five seconds (it may be busy) unless the signal says otherwise. */
  async isReachable({ signal = AbortSignal.timeout(5000) }: CallOptions = {}): Promise<boolean> {
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
