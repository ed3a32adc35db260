import { createClient, type Client as SocketClient } from 'graphql-ws';
import { WebSocket } from 'ws';

/** What the server answered instead of data: its messages, as they are. */
export class ServerError extends Error {
  override readonly name = 'ServerError';
}

/** Talks to one ReelQL server: queries and mutations by HTTP, subscriptions by graphql-transport-ws. */
export class Client {
  private readonly socket: SocketClient;

  /** @param url the server's root, such as http://127.0.0.1:4000 */
  constructor(readonly url: string) {
    this.socket = createClient({
      url: new URL('/graphql', url).href.replace(/^http/, 'ws'),
      webSocketImpl: WebSocket,
      retryAttempts: Number.POSITIVE_INFINITY,
      shouldRetry: () => true,
    });
  }

  async request<T>(query: string, variables: Record<string, unknown>): Promise<T> {
    const response = await fetch(new URL('/graphql', this.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json, application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const result = (await response.json()) as { data?: T; errors?: { message: string }[] };
    if (result.errors || !result.data) throw new ServerError(messages(result.errors) || `HTTP ${response.status}`);
    return result.data;
  }

  /**
   * Follows a subscription. `resume` sees every result before the caller and may move a variable (`after`), because a
   * reconnect sends the same variables object again: nothing is missed and nothing comes twice.
   */
  async *subscribe<T>(
    query: string,
    variables: Record<string, unknown>,
    resume: (data: T, variables: Record<string, unknown>) => void,
  ): AsyncGenerator<T, void, void> {
    for await (const result of this.socket.iterate<Record<string, unknown>>({ query, variables })) {
      if (result.errors || !result.data) throw new ServerError(messages(result.errors));
      const data = result.data as T;
      resume(data, variables);
      yield data;
    }
  }

  /** Bytes of an artifact; relative URLs are the server's own. */
  async download(path: string): Promise<Uint8Array> {
    const response = await fetch(new URL(path, this.url));
    if (!response.ok) throw new ServerError(`${path}: HTTP ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  }

  async close(): Promise<void> {
    await this.socket.dispose();
  }

  /** Whether a ReelQL server answers at the url. */
  static async reaches(url: string): Promise<boolean> {
    try {
      return (await fetch(new URL('/healthz', url), { signal: AbortSignal.timeout(1000) })).ok;
    } catch {
      return false;
    }
  }
}

function messages(errors: readonly { message: string }[] | undefined): string {
  return (errors ?? []).map((error) => error.message).join('\n');
}
