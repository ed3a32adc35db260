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

/**
 * What one run tells the recorder, one report after the other, so that its log has no hole. That of a step, whose picture takes a
 * twentieth of a small model's step, is written while the next one computes; all others before the run goes on.
 */
export class RunReports {
  readonly #options: RunReportsOptions;
  readonly #id: string;
  #last: Promise<void> = Promise.resolve();
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
    return this.#now(() => this.#options.recorder.started(this.#id, deviceId));
  }

  resumed(fromStep: number, cause: ResumeCause): Promise<void> {
    return this.#now(() => this.#options.recorder.resumed(this.#id, fromStep, cause));
  }

  progressed(phase: GenerationPhase): Promise<void> {
    this.#phase = phase;
    return this.#now(() => this.#record(this.#options.account.progress(phase)));
  }

  /** Does not wait; what goes wrong is told to whoever does. */
  progressedSoon(phase: GenerationPhase): void {
    this.#phase = phase;
    this.#soon(() => this.#record(this.#options.account.progress(phase)));
  }

  /** As progressedSoon, with the step's picture. */
  stepSoon({ step, preview }: StepResult): void {
    const { account, job } = this.#options;
    const progress = account.progress('DENOISING');
    this.#soon(async () =>
      this.#record({ ...progress, preview: await encodePreview(preview, step, job.settings.fps) }),
    );
  }

  /** Resolves when all are written. @throws what the first of them threw that went wrong */
  written(): Promise<void> {
    return this.#last;
  }

  async succeeded(artifacts: readonly Artifact[]): Promise<void> {
    const { recorder, account, over } = this.#options;
    await this.written();
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

  #now(write: () => Promise<boolean>): Promise<void> {
    this.#soon(write);
    return this.#last;
  }

  #soon(write: () => Promise<boolean>): void {
    const { over } = this.#options;
    this.#last = this.#last.then(async () => {
      over.signal.throwIfAborted();
      if (!(await write())) over.abort(new RunOver('ended elsewhere'));
      over.signal.throwIfAborted();
    });
    this.#last.catch(() => {}); // looked at by whoever waits next
  }
}
