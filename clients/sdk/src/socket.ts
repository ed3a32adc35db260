import { createClient, type Client as GraphqlWs } from 'graphql-ws';
import { Channel } from './channel.js';
import { ConnectionError, type ReelQLError, UnauthenticatedError } from './errors.js';
import type { Operation } from './generated/operations.js';
import { headersOf } from './http.js';
import type { ClientOptions } from './options.js';
import { errorOfEntries, type GraphQLErrorEntry } from './problems.js';

/** A connection that answers no ping within `pongMs` is dead, whatever TCP believes: a laptop slept, a router forgot it. */
const pingEveryMs = 10_000;
const pongMs = 5_000;

/** Close codes of graphql-transport-ws. */
const unauthorized = 4401;
const forbidden = 4403;

const firstWaitMs = 250;
const longestWaitMs = 5_000;

/** The socket side of a server: opened with the first subscription, closed after the last, opened again whenever it is lost. */
export class Socket {
  private client: GraphqlWs | null = null;
  private readonly closing = new AbortController();

  constructor(private readonly options: ClientOptions) {}

  /**
   * Follows a subscription over any number of connections. `received` sees every result as it arrives, before the reader, and
   * moves the variables on: graphql-ws sends the same object again when it reconnects, so nothing is missed or sent twice.
   * @throws ReelQLError, or the signal's reason
   */
  async *subscribe<Data, Variables extends Record<string, unknown>>(
    { query, name }: Operation<Data, Variables>,
    variables: Variables,
    received: (data: Data) => void = () => {},
    signal?: AbortSignal,
  ): AsyncGenerator<Data, void, void> {
    signal?.throwIfAborted();
    if (this.closing.signal.aborted) throw closed();
    const channel = new Channel<Data>();
    const unsubscribe = this.connection().subscribe<Data>(
      { query, operationName: name, variables },
      {
        next({ data, errors }) {
          if (errors?.length || !data) return channel.fail(errorOfEntries((errors ?? []) as GraphQLErrorEntry[]));
          received(data);
          channel.send(data);
        },
        error: (failure) => channel.fail(errorOfFailure(failure, this.options.url)),
        complete: () => (this.closing.signal.aborted ? channel.fail(closed()) : channel.end()),
      },
    );
    const abort = () => channel.abort(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      yield* channel;
    } finally {
      signal?.removeEventListener('abort', abort);
      unsubscribe();
    }
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.client?.dispose();
  }

  private connection(): GraphqlWs {
    this.client ??= connect(this.options, this.closing.signal);
    return this.client;
  }
}

function closed(): ConnectionError {
  return new ConnectionError('The client was closed.');
}

function connect(options: ClientOptions, closing: AbortSignal): GraphqlWs {
  if (!options.webSocket && typeof globalThis.WebSocket === 'undefined') {
    throw new ConnectionError('This platform has no WebSocket: pass the one of the package ws as `webSocket`.');
  }
  let patience: ReturnType<typeof setTimeout> | undefined;
  const client = createClient({
    url: new URL('/graphql', options.url).href.replace(/^http/, 'ws'),
    webSocketImpl: options.webSocket,
    connectionParams: () => headersOf({ url: options.url, apiKey: options.apiKey }),
    retryAttempts: options.reconnectAttempts ?? 30,
    // No key or a wrong one: trying again changes nothing.
    shouldRetry: (failure) => (failure as { code?: number }).code !== forbidden,
    retryWait: (attempt) => wait((options.reconnectDelay ?? reconnectDelay)(attempt), closing),
    keepAlive: pingEveryMs,
    on: {
      ping(fromServer) {
        if (!fromServer) patience = setTimeout(() => client.terminate(), pongMs);
      },
      pong(fromServer) {
        if (fromServer) clearTimeout(patience);
      },
      connected: () => options.onConnection?.('connected'),
      closed(event) {
        clearTimeout(patience);
        // 1000 is our own goodbye after the last subscription.
        if ((event as { code?: number }).code !== 1000) options.onConnection?.('lost');
      },
    },
  });
  return client;
}

/** Spread at random, so that a restarted server is not met by all its clients at once. */
function reconnectDelay(attempt: number): number {
  return Math.min(longestWaitMs, firstWaitMs * 2 ** attempt) * (0.5 + Math.random() / 2);
}

/** Resolves after the time, or at once when the signal ends all waiting. */
export function wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener('abort', done, { once: true });
  });
}

/** Either GraphQL errors that refuse the subscription, or what closed the socket for good. */
function errorOfFailure(failure: unknown, url: string): ReelQLError {
  if (Array.isArray(failure)) return errorOfEntries(failure);
  const { code, reason } = failure as { code?: number; reason?: string };
  if (code === unauthorized || code === forbidden)
    return new UnauthenticatedError(reason || 'The server wants an API key.');
  const why = code === undefined ? '' : ` (${code}${reason ? ` ${reason}` : ''})`;
  return new ConnectionError(`The connection to ${new URL(url).origin} was lost${why}.`, { cause: failure });
}
