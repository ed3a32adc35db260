import { setTimeout } from 'node:timers/promises';
import type { StepResult } from '../execution/protocol.js';
import type { Artifact, GenerationPhase, Progress, ResumeCause } from '../generations/generation.js';
import type { Log } from '../log.js';
import { encodePreview } from '../video/preview.js';
import { toFailure, UnitFailed } from './failures.js';
import type { Job, Recorder } from './ports.js';
import type { RunAccount } from './run-account.js';

/** Why a run ends without a word to the recorder: somebody else has had the last one, or nobody may. */
export class RunOver extends Error {
  override readonly name = 'RunOver';
}

export interface RunReportsOptions {
  readonly job: Job;
  readonly account: RunAccount;
  readonly recorder: Recorder;
  readonly log: Log;
  /** Of the run: aborted when the recorder refuses a report, because the generation has ended elsewhere. */
  readonly over: AbortController;
}

/** Reports that may wait to be written: a run that waited for each would be overtaken at every hiccup of the database. */
const mostWaiting = 4;

/**
 * What one run tells the recorder, one report after the other, so that its log has no hole. That of a step, whose picture takes a
 * twentieth of a small model's step, or of a phase, is written while what comes next computes; that a run starts, goes on or loads a
 * network, before it does.
 */
export class RunReports {
  readonly #options: RunReportsOptions;
  readonly #id: string;
  /** The latest at the end; each begins when the one before is written. */
  readonly #writing: Promise<void>[] = [];
  #phase: GenerationPhase = 'WAITING';

  constructor(options: RunReportsOptions) {
    this.#options = options;
    this.#id = options.job.generationId;
  }

  /** As last told. */
  get phase(): GenerationPhase {
    return this.#phase;
  }

  started(deviceId: string): Promise<void> {
    return this.#write(() => this.#options.recorder.started(this.#id, deviceId));
  }

  resumed(fromStep: number, cause: ResumeCause): Promise<void> {
    return this.#write(() => this.#options.recorder.resumed(this.#id, fromStep, cause));
  }

  progressed(phase: GenerationPhase): Promise<void> {
    this.#phase = phase;
    const progress = this.#options.account.progress(phase);
    return this.#write(() => this.#record(progress));
  }

  /** Does not wait; what goes wrong is told to whoever does. */
  progressedSoon(phase: GenerationPhase): void {
    void this.progressed(phase);
  }

  /** As progressedSoon, with the step's picture. */
  stepSoon({ step, preview }: StepResult): void {
    const { account, job } = this.#options;
    const progress = account.progress('DENOISING');
    this.#write(async () => {
      // The next unit first, for which the device waits: it is sent before any timer fires.
      await setTimeout(1);
      return this.#record({ ...progress, preview: await encodePreview(preview, step, job.settings.fps) });
    });
  }

  /** Resolves when no more than a few wait to be written. @throws what the first of them threw that went wrong */
  async keepUp(): Promise<void> {
    await this.#writing.at(-mostWaiting);
  }

  async succeeded(artifacts: readonly Artifact[]): Promise<void> {
    const { recorder, account, over } = this.#options;
    await this.#writing.at(-1);
    over.signal.throwIfAborted();
    await recorder.succeeded(this.#id, artifacts, account.usage());
  }

  async failed(error: unknown): Promise<void> {
    const { recorder, account, log, over } = this.#options;
    const failure = toFailure(error);
    const detail = error instanceof UnitFailed ? error.detail : undefined;
    log.error({ generationId: this.#id, code: failure.code, detail, err: error }, 'generation failed');
    const usage = account.usage();
    // On a full disk even this cannot be written, and whoever watches would wait for ever: so until it can, or until the server
    // stops, which leaves it RUNNING for the next one.
    for (let pause = 500; !over.signal.aborted; pause = Math.min(2 * pause, 60_000)) {
      try {
        await recorder.failed(this.#id, failure, usage);
        return;
      } catch (err) {
        log.error({ generationId: this.#id, err }, 'a failure could not be recorded');
        await setTimeout(pause, undefined, { signal: over.signal }).catch(() => {});
      }
    }
  }

  #record(progress: Progress): Promise<boolean> {
    return this.#options.recorder.progressed(this.#id, progress);
  }

  #write(write: () => Promise<boolean>): Promise<void> {
    const { over } = this.#options;
    const before = this.#writing.at(-1) ?? Promise.resolve();
    const written = before.then(async () => {
      over.signal.throwIfAborted();
      if (!(await write())) over.abort(new RunOver('ended elsewhere'));
      over.signal.throwIfAborted();
    });
    written.catch(() => {}); // looked at by whoever waits next
    this.#writing.push(written);
    if (this.#writing.length > mostWaiting) this.#writing.shift();
    return written;
  }
}
