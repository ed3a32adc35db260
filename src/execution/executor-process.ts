import { type ChildProcess, fork } from 'node:child_process';
import { hugePages, oneThread } from '../../inference/runtime/native/environment.js';
import type { ExecutorEntry } from './executor-entry.js';
import type {
  ExecutorDevice,
  ExecutorMessage,
  HostMessage,
  Unit,
  UnitFailure,
  UnitKind,
  UnitResult,
} from './protocol.js';

export interface ExecutorTimes {
  /** From fork to `ready`. */
  readonly startMs: number;
  readonly heartbeatMs: number;
  /** Longest silence between two units. */
  readonly silenceMs: number;
}

export type Outcome<K extends UnitKind> =
  | {
      readonly ok: true;
      readonly result: UnitResult<K>;
      readonly seconds: number;
      readonly peakBytes: number | null;
      readonly heldBytes: number | null;
      readonly leftBytes: number | null;
    }
  /** `lost`: the executor has gone, and all it knew with it. */
  | { readonly ok: false; readonly lost: boolean; readonly failure: UnitFailure };

export interface ProcessOptions {
  readonly entry: ExecutorEntry;
  readonly device: ExecutorDevice;
  readonly workDirectory: string;
  readonly times: ExecutorTimes;
  /** Lines that the process or its native libraries print. */
  readonly onOutput: (line: string) => void;
}

/** CUDA's own order of GPUs is by speed; NVML, from which our ids come, counts by bus. */
const forCuda = { ...oneThread, CUDA_DEVICE_ORDER: 'PCI_BUS_ID' } as const;

type Answer = Extract<ExecutorMessage, { type: 'done' | 'failed' }>;

/** One life of an executor: from fork to exit, with every way to end in between. */
export class ExecutorProcess {
  readonly #child: ChildProcess;
  readonly #times: ExecutorTimes;
  /** Why it cannot be used, or null once it can. */
  readonly ready: Promise<UnitFailure | null>;
  #settleReady: (failure: UnitFailure | null) => void = () => {};
  /** The unit under way; settled by its answer or by the end of the process. (A race against `exited` for every unit would
   * leave a reaction on that promise each time.) */
  #asked: { readonly number: number; readonly settle: (answer: Answer | null) => void } | null = null;
  #units = 0;
  #lastHeard = performance.now();
  #lastWords = '';
  /** Why it was killed; null as long as it was not. */
  #killedFor: UnitFailure | null = null;
  /** Set once the process has gone. */
  #end: UnitFailure | null = null;
  /** Resolves when the process has gone, for whatever reason. */
  readonly exited: Promise<UnitFailure>;

  constructor({ entry, device, workDirectory, times, onOutput }: ProcessOptions) {
    this.#times = times;
    this.#child = fork(entry.module, [...(entry.args ?? [])], {
      execArgv: [...entry.execArgv],
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: device.kind === 'CUDA' ? { ...hugePages, ...process.env, ...forCuda } : process.env,
    });
    this.ready = new Promise((resolve) => {
      this.#settleReady = resolve;
    });
    const startTimer = setTimeout(() => this.kill(timedOut('The device did not start in time.')), times.startMs);
    void this.ready.then(() => clearTimeout(startTimer));
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#lastWords = (this.#lastWords + text).slice(-2000);
        for (const line of text.split('\n')) if (line.trim() !== '') onOutput(line);
      });
    }
    this.#child.on('message', (message) => this.#hear(message as ExecutorMessage));
    this.exited = new Promise((resolve) => {
      const ended = (how: string): void => {
        this.#end ??= this.#killedFor ?? lost(`${how}; last words: ${this.#lastWords.trim() || 'none'}`);
        this.#settleReady(this.#end);
        this.#asked?.settle(null);
        resolve(this.#end);
      };
      this.#child.on('exit', (code, signal) => ended(signal ? `killed by ${signal}` : `exited with code ${code}`));
      // Could not be started at all, or its channel broke: no exit event follows the former.
      this.#child.on('error', (error) => {
        this.#child.kill('SIGKILL');
        if (this.#child.pid === undefined) ended(error.message);
      });
    });
    void this.ready.then((failure) => failure ?? this.#watchSilence());
    this.#send({ type: 'start', device, heartbeatMs: times.heartbeatMs, workDirectory });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get alive(): boolean {
    return this.#end === null;
  }

  /** One at a time. A unit that is not answered by its deadline costs the process its life. */
  async ask<K extends UnitKind>(unit: Extract<Unit, { kind: K }>, deadlineMs: number): Promise<Outcome<K>> {
    if (this.#asked) throw new Error(`The executor still works on unit ${this.#asked.number}.`);
    const number = ++this.#units;
    if (this.#end) return { ok: false, lost: true, failure: this.#end };
    const settled = new Promise<Answer | null>((resolve) => {
      this.#asked = { number, settle: resolve };
    });
    this.#send({ type: 'unit', number, unit });
    const late = timedOut('The device stopped responding.', `unit ${unit.kind} took more than ${deadlineMs} ms`);
    // If our own loop stood still, the answer may be waiting unread: timers come first in a turn, so it is read before the end of this one.
    const timer = setTimeout(() => setImmediate(() => this.#asked?.number === number && this.kill(late)), deadlineMs);
    const answer = await settled;
    clearTimeout(timer);
    this.#asked = null;
    if (answer === null) return { ok: false, lost: true, failure: await this.exited };
    if (answer.type === 'failed') {
      const lost = answer.failure.code === 'DEVICE_LOST';
      if (lost) await this.kill(answer.failure);
      return { ok: false, lost, failure: answer.failure };
    }
    const { result, seconds, peakBytes, heldBytes, leftBytes } = answer;
    return { ok: true, result: result as UnitResult<K>, seconds, peakBytes, heldBytes, leftBytes };
  }

  /** What the last step said with `more` holds no longer. */
  noMore(): void {
    this.#send({ type: 'no-more' });
  }

  /** Resolves when the process has gone. */
  async kill(reason: UnitFailure): Promise<void> {
    if (this.alive) {
      this.#killedFor ??= reason;
      this.#child.kill('SIGKILL');
    }
    await this.exited;
  }

  #hear(message: ExecutorMessage): void {
    this.#lastHeard = performance.now();
    switch (message.type) {
      case 'ready':
        return this.#settleReady(null);
      case 'heartbeat':
        return;
      case 'done':
      case 'failed':
        if (this.#asked?.number === message.number) this.#asked.settle(message);
        return;
    }
  }

  /** Once it is ready: before, it reads its modules, and has its own time for that. */
  #watchSilence(): void {
    const { heartbeatMs, silenceMs } = this.#times;
    let lastTick = performance.now();
    this.#lastHeard = lastTick;
    const timer = setInterval(() => {
      const now = performance.now();
      // If our own loop stood still, messages may be waiting unread: then silence proves nothing.
      const late = now - lastTick > 2 * heartbeatMs;
      lastTick = now;
      if (late || this.#asked) this.#lastHeard = now;
      else if (now - this.#lastHeard > silenceMs) void this.kill(lost(`no heartbeat for ${silenceMs} ms`));
    }, heartbeatMs);
    void this.exited.then(() => clearInterval(timer));
  }

  #send(message: HostMessage): void {
    // The callback keeps an error of a closed channel from being thrown; the exit event tells the rest.
    if (this.#child.connected) this.#child.send(message, () => {});
  }
}

function lost(detail: string): UnitFailure {
  return { code: 'DEVICE_LOST', message: 'The process that drives the device ended unexpectedly.', detail };
}

function timedOut(message: string, detail = message): UnitFailure {
  return { code: 'TIMED_OUT', message, detail };
}
