import { pino } from 'pino';
import type { ExecutorEntry } from '../../src/execution/executor-entry.js';
import { ExecutorHost } from '../../src/execution/host.js';
import type { Unit, UnitKind, UnitOf, UnitResult } from '../../src/execution/protocol.js';

/** Real executors on the CPU, one thread each, that share a work directory; for tests that play the scheduler's part. */
export class Executors {
  readonly #hosts: ExecutorHost[];

  constructor(workDirectory: string, count = 1, entry?: ExecutorEntry) {
    const options = { device: { kind: 'CPU', threads: 1 }, log: pino({ level: 'silent' }), workDirectory } as const;
    const backoff = { firstMs: 1, mostMs: 5 };
    this.#hosts = Array.from(
      { length: count },
      () => new ExecutorHost({ ...options, backoff, ...(entry && { entry }) }),
    );
  }

  /** The unit's result. @throws Error "CODE: detail" */
  async run<K extends UnitKind>(unit: UnitOf<K>, executor = 0): Promise<UnitResult<K>> {
    const outcome = await this.#host(executor).run<K>(unit as Extract<Unit, { kind: K }>, 60_000);
    if (outcome.ok) return outcome.result;
    throw new Error(`${outcome.failure.code}: ${outcome.failure.detail}`);
  }

  /** kill -9. What comes next starts another. */
  async kill(executor = 0): Promise<void> {
    const { pid } = this.#host(executor);
    if (pid === undefined) return;
    const lost = new Promise<void>((resolve) => this.#host(executor).onLost(resolve));
    process.kill(pid, 'SIGKILL');
    await lost;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#hosts.map((host) => host.stop()));
  }

  #host(executor: number): ExecutorHost {
    const host = this.#hosts[executor];
    if (!host) throw new RangeError(`there are ${this.#hosts.length} executors`);
    return host;
  }
}
