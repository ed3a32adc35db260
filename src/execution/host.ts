import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../log.js';
import { type ExecutorEntry, executorEntry } from './executor-entry.js';
import { ExecutorProcess, type ExecutorTimes, type Outcome } from './executor-process.js';
import type { ExecutorDevice, Unit, UnitKind } from './protocol.js';

export interface HostOptions {
  readonly device: ExecutorDevice;
  /** For what outlives an executor; see work-files.ts. */
  readonly workDirectory: string;
  readonly log: Log;
  readonly entry?: ExecutorEntry;
  readonly times?: Partial<ExecutorTimes>;
  /** Wait before the start after the n-th loss in a row: `firstMs · 2^(n−1)`, at most `mostMs`. */
  readonly backoff?: { readonly firstMs: number; readonly mostMs: number };
}

const defaultTimes: ExecutorTimes = { startMs: 60_000, heartbeatMs: 1000, silenceMs: 15_000 };

/**
 * Keeps one device's executor: starts it when there is something to do, starts another after a loss, and leaves no process
 * behind. It knows nothing of generations; who had some in a lost executor learns it from the outcome and from `onLost`.
 */
export class ExecutorHost {
  readonly #options: HostOptions;
  readonly #log: Log;
  #process: ExecutorProcess | null = null;
  #losses = 0;
  /** Units wait for one another here, in the order of `run`. */
  #turn: Promise<unknown> = Promise.resolve();
  /** Those that have not been sent to an executor. */
  readonly #waiting = new Set<{ unit: Unit }>();
  readonly #stopping = new AbortController();
  readonly #listeners = new Set<() => void>();

  constructor(options: HostOptions) {
    this.#options = options;
    this.#log = options.log;
  }

  /** Of the running executor, if there is one. */
  get pid(): number | undefined {
    return this.#process?.alive ? this.#process.pid : undefined;
  }

  /** Called whenever an executor has gone that nobody stopped. */
  onLost(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Runs one unit after those asked for before it. Never rejects.
   * @param mayStart whether another executor will do, if there is none any more: not for what rests on earlier units
   */
  run<K extends UnitKind>(unit: Extract<Unit, { kind: K }>, deadlineMs: number, mayStart = true): Promise<Outcome<K>> {
    const asked = { unit };
    this.#waiting.add(asked);
    const outcome = this.#turn
      .then(() => this.#run(asked, deadlineMs, mayStart))
      .finally(() => this.#waiting.delete(asked));
    this.#turn = outcome;
    return outcome;
  }

  /** What the last step that was asked for said with `more` holds no longer. */
  noMore(): void {
    for (const asked of this.#waiting) {
      if (asked.unit.kind !== 'step') continue;
      asked.unit = { ...asked.unit, more: false };
      return;
    }
    this.#process?.noMore();
  }

  /** Ends the executor, whatever it is doing; units under way and later ones have the outcome DEVICE_LOST. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#process?.kill(stopped);
    await this.#turn;
  }

  async #run<K extends UnitKind>(
    asked: { unit: Extract<Unit, { kind: K }> },
    deadlineMs: number,
    mayStart: boolean,
  ): Promise<Outcome<K>> {
    if (!mayStart && !this.#process?.alive) return { ok: false, lost: true, failure: gone };
    const executor = await this.#running();
    if (executor === null) return { ok: false, lost: true, failure: stopped };
    const failure = await executor.ready;
    if (failure) return { ok: false, lost: true, failure };
    this.#waiting.delete(asked);
    const outcome = await executor.ask(asked.unit, deadlineMs);
    if (outcome.ok || !outcome.lost) this.#losses = 0;
    return outcome;
  }

  async #running(): Promise<ExecutorProcess | null> {
    if (this.#process?.alive) return this.#process;
    if (this.#losses > 0) await this.#backOff();
    if (this.#stopping.signal.aborted) return null;
    const { device, workDirectory, entry = executorEntry(), times } = this.#options;
    const executor = new ExecutorProcess({
      entry,
      device,
      workDirectory,
      times: { ...defaultTimes, ...times },
      onOutput: (line) => this.#log.debug({ line }, 'executor output'),
    });
    this.#process = executor;
    this.#log.debug({ pid: executor.pid }, 'executor started');
    void executor.exited.then((end) => {
      if (this.#stopping.signal.aborted) return;
      this.#losses++;
      this.#log.error({ pid: executor.pid, code: end.code, detail: end.detail }, 'executor lost');
      for (const listener of this.#listeners) listener();
    });
    return executor;
  }

  async #backOff(): Promise<void> {
    const { firstMs, mostMs } = this.#options.backoff ?? { firstMs: 250, mostMs: 30_000 };
    const wait = Math.min(mostMs, firstMs * 2 ** (this.#losses - 1));
    // Rejects when stopped meanwhile: then there is nothing to wait for.
    await delay(wait, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }
}

const gone = {
  code: 'DEVICE_LOST',
  message: 'The process that drives the device ended unexpectedly.',
  detail: 'it ended between two units',
} as const;
const stopped = { code: 'DEVICE_LOST', message: 'The server is shutting down.', detail: 'host stopped' } as const;
