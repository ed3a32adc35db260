import { childProcesses } from '../../support/child-processes.js';
import { Command, ended } from '../../support/command.js';
import type { Request } from './requests.js';

const creation = `mutation ($input: CreateGenerationInput!) {
  createGeneration(input: $input) { __typename ... on CreateGenerationSuccess { generation { id } } }
}`;
const running = `{ generations(first: 100, filter: { status: RUNNING }) {
  edges { node { id progress { fraction } } }
} }`;
const unfinished = '{ generations(first: 100, filter: { status: [QUEUED, RUNNING] }) { edges { node { id } } } }';

interface Progressing {
  readonly id: string;
  readonly progress: { readonly fraction: number };
}

/** `reelql serve` as a process of its own, to be killed and started again on the same data. */
export class ServerUnderFire {
  readonly #command: Command;
  readonly #url: string;

  private constructor(command: Command, url: string) {
    this.#command = command;
    this.#url = url;
  }

  static async start(dataDir: string, env: NodeJS.ProcessEnv = {}): Promise<ServerUnderFire> {
    const args = ['serve', '--port', '0', '--data-dir', dataDir];
    const command = new Command('main', args, { cwd: dataDir, env: { REELQL_LOG_LEVEL: 'silent', ...env } });
    const [, url = ''] = await command.printed(/page +(http:\S+)/);
    return new ServerUnderFire(command, url);
  }

  get pid(): number {
    return this.#command.pid;
  }

  /** Pids of its executors that live now. */
  get executors(): number[] {
    return childProcesses('execution/executor', this.pid);
  }

  /** @throws Error if the answer is anything but a new generation. */
  async create({ prompt, negativePrompt, settings }: Request): Promise<string> {
    const input = { prompt, negativePrompt, batching: 'SOLO', cache: 'BYPASS', settings };
    const { createGeneration } = await this.#query<{
      createGeneration: { __typename: string; generation?: { id: string } };
    }>(creation, { input });
    if (!createGeneration.generation) throw new Error(`createGeneration: ${createGeneration.__typename}`);
    return createGeneration.generation.id;
  }

  /** Generations that have not ended. */
  async unfinished(): Promise<number> {
    const { generations } = await this.#query<{ generations: { edges: unknown[] } }>(unfinished, {});
    return generations.edges.length;
  }

  /** How far those are that run, 0 to 1, by id. */
  async fractions(): Promise<ReadonlyMap<string, number>> {
    const { generations } = await this.#query<{ generations: { edges: { node: Progressing }[] } }>(running, {});
    return new Map(generations.edges.map(({ node }) => [node.id, node.progress.fraction]));
  }

  /** Resolves when nothing is left to do; looks ten times a second. */
  async idle(): Promise<void> {
    while ((await this.unfinished()) > 0) await new Promise((resolve) => setTimeout(resolve, 100));
  }

  /** kill -9, and its executors have gone too. */
  async kill(): Promise<void> {
    const { executors } = this;
    await this.#command.kill('SIGKILL');
    await ended(executors);
  }

  async stop(): Promise<void> {
    await this.#command.kill('SIGTERM');
  }

  async #query<Data>(query: string, variables: object): Promise<Data> {
    const response = await fetch(`${this.#url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as { data?: Data; errors?: { message: string }[] };
    if (!data) throw new Error(errors?.map(({ message }) => message).join(', ') ?? `HTTP ${response.status}`);
    return data;
  }
}
