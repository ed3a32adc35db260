import type { ChildProcess } from 'node:child_process';
import type { Order } from './api-process.js';
import { answer, start } from './child.js';

/** The server's process, from outside. */
export class BenchedServer {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async start(): Promise<BenchedServer> {
    const child = start('api-process');
    const { result } = await answer<{ result: string }>(child);
    return new BenchedServer(child, result);
  }

  async order<T = void>(order: Order): Promise<T> {
    return (await answer<{ result: T }>(this.child, order)).result;
  }

  async graphql<T>(query: string, variables: object): Promise<T> {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as { data: T; errors?: unknown };
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  }

  async end(): Promise<void> {
    await this.order({ kind: 'end' });
    this.child.disconnect();
  }
}
