import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { type Json, watch } from './graphql-client.js';

/** Follows one generation through any number of connections, as an application would: it says what it saw last. */
export class ResumingFollower {
  readonly seen: Json[] = [];
  /** Codes with which connections ended. */
  readonly closed: number[] = [];
  /** Resolves when the server has said that nothing follows. */
  readonly completed: Promise<void>;
  private readonly client: Client;
  private onSeen: () => void = () => {};

  constructor(url: string, id: string) {
    this.client = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: Number.POSITIVE_INFINITY,
      retryWait: () => new Promise((resolve) => setTimeout(resolve, 5)),
      shouldRetry: () => true,
      on: { closed: (event) => this.closed.push((event as { code: number }).code) },
    });
    // The client sends the same object again when it reconnects.
    const variables = { id, after: 0 };
    this.completed = new Promise((resolve, reject) => {
      this.client.subscribe<Json>(
        { query: watch, variables },
        {
          next: ({ data, errors }) => {
            if (errors) return reject(new Error(JSON.stringify(errors)));
            this.seen.push(data.generationEvents);
            variables.after = data.generationEvents.sequence;
            this.onSeen();
          },
          error: reject,
          complete: resolve,
        },
      );
    });
  }

  /** Resolves when `count` events have been seen. */
  async saw(count: number): Promise<void> {
    while (this.seen.length < count) {
      await new Promise<void>((resolve) => {
        this.onSeen = resolve;
      });
    }
  }

  get sequences(): number[] {
    return this.seen.map(({ sequence }) => sequence);
  }

  /** Breaks the connection without a word. */
  terminate(): void {
    this.client.terminate();
  }

  async dispose(): Promise<void> {
    await this.client.dispose();
  }
}
