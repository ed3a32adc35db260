import { pino } from 'pino';
import type { ExecutorEntry } from '../../src/execution/executor-entry.js';
import { ExecutorHost } from '../../src/execution/host.js';
import type { Unit, UnitKind, UnitOf, UnitResult } from '../../src/execution/protocol.js';
import { whileStopped } from './child-processes.js';

export interface ExecutorsOptions {
  readonly count?: number;
  readonly entry?: ExecutorEntry;
  readonly silenceMs?: number;
}

/** Real executors on the CPU, one thread each, that share a work directory; for tests that play the scheduler's part. */
export class Executors {
  readonly #hosts: ExecutorHost[];

  constructor(workDirectory: string, { count = 1, entry, silenceMs = 15_000 }: ExecutorsOptions = {}) {
    this.#hosts = Array.from({ length: count }, () => {
      return new ExecutorHost({
        device: { kind: 'CPU', threads: 1 },
        workDirectory,
        log: pino({ level: 'silent' }),
        backoff: { firstMs: 1, mostMs: 5 },
        times: { heartbeatMs: 50, silenceMs },
        ...(entry && { entry }),
      });
    });
  }

  /** The unit's result. @throws Error "CODE: detail" */
  async run<K extends UnitKind>(unit: UnitOf<K>, executor = 0, deadlineMs = 60_000): Promise<UnitResult<K>> {
    const outcome = await this.#host(executor).run<K>(unit as Extract<Unit, { kind: K }>, deadlineMs);
    if (outcome.ok) return outcome.result;
    throw new Error(`${outcome.failure.code}: ${outcome.failure.detail}`);
  }

  /** Takes back `more` of the step under way. */
  noMore(executor = 0): void {
    this.#host(executor).noMore();
  }

  /** kill -9. What comes next starts another. */
  async kill(executor = 0): Promise<void> {
    const { pid } = this.#host(executor);
    if (pid === undefined) return;
    const lost = this.lost(executor);
    process.kill(pid, 'SIGKILL');
    await lost;
  }

  /** What `act` sends to the executor is all there before it reads any of it. */
  async sendAtOnce(act: () => Promise<void>, executor = 0): Promise<void> {
    const { pid } = this.#host(executor);
    if (pid === undefined) throw new Error('there is no executor yet');
    await whileStopped([pid], act);
  }

  /** Resolves when the executor is lost the next time. */
  lost(executor = 0): Promise<void> {
    return new Promise((resolve) => this.#host(executor).onLost(resolve));
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
