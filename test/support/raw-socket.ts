import { once } from 'node:events';
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { Json } from './graphql-client.js';

export interface Closing {
  readonly code: number;
  readonly reason: string;
}

/** A client that does what it is told and nothing by itself: for what no good client does. */
export class RawSocket {
  /** Resolves when the socket has been closed, whoever closed it. */
  readonly closed: Promise<Closing>;
  private readonly messages: Json[] = [];
  private wake: () => void = () => {};
  private over = false;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data, isBinary) => {
      this.messages.push(isBinary ? data : JSON.parse(String(data)));
      this.wake();
    });
    this.closed = new Promise((resolve) => {
      socket.once('close', (code, reason) => {
        this.over = true;
        this.wake();
        resolve({ code, reason: String(reason) });
      });
    });
    // `open` tells of it; later ones end in a close as well.
    socket.on('error', () => {});
  }

  static async open(
    url: string,
    options: { protocol?: string | string[]; headers?: Record<string, string> } = {},
  ): Promise<RawSocket> {
    const protocol = options.protocol ?? 'graphql-transport-ws';
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/graphql`, protocol, { headers: options.headers });
    const raw = new RawSocket(socket);
    await once(socket, 'open');
    return raw;
  }

  /** Through connection_init and its acknowledgement. */
  static async connected(url: string, payload?: object): Promise<RawSocket> {
    const raw = await RawSocket.open(url);
    raw.send({ type: 'connection_init', ...(payload ? { payload } : {}) });
    const message = await raw.next();
    if (message.type !== 'connection_ack') throw new Error(`Not acknowledged: ${JSON.stringify(message)}`);
    return raw;
  }

  send(message: object | string | Uint8Array): void {
    const isText = typeof message === 'string' || message instanceof Uint8Array;
    this.socket.send(isText ? message : JSON.stringify(message));
  }

  subscribe(id: string, query: string, variables: object = {}): void {
    this.send({ id, type: 'subscribe', payload: { query, variables } });
  }

  /** What `act` sends, less than 64 KiB, leaves in one piece and is read as one: the server has it all before it answers any of it. */
  atOnce(act: () => void): void {
    const { _socket: stream } = this.socket as unknown as { _socket: Socket };
    stream.cork();
    act();
    stream.uncork();
  }

  /** @throws Error where the socket is closed without another message */
  async next(): Promise<Json> {
    while (this.messages.length === 0) {
      if (this.over) throw new Error(`Closed: ${JSON.stringify(await this.closed)}`);
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    return this.messages.shift();
  }

  /** Messages that have come and were not asked for. */
  get unread(): readonly Json[] {
    return this.messages;
  }

  async close(): Promise<void> {
    if (!this.over) this.socket.close(1000);
    await this.closed;
  }
}
