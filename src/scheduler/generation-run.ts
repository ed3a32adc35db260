import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Clock } from '../clock.js';
import type { StepResult, Unit, UnitKind, UnitResult } from '../execution/protocol.js';
import type { GenerationPhase, Progress } from '../generations/generation.js';
import type { Log } from '../log.js';
import { EncoderFailed } from '../video/encode-video.js';
import { encodePreview } from '../video/preview.js';
import type { VideoEncoder } from '../video/video-encoder.js';
import { writeOutputs } from '../video/write-outputs.js';
import type { DeviceSlot } from './device-slot.js';
import { toFailure, UnitFailed } from './failures.js';
import { peakUnits, weightsBytes } from './memory-model.js';
import type { ArtifactStore, Job, Recorder } from './ports.js';
import { RunAccount } from './run-account.js';
import { metadataOf } from './video-metadata.js';
import { type InstalledModel, neededComponents, type Stage } from './work.js';

export interface RunContext {
  readonly recorder: Recorder;
  readonly artifacts: ArtifactStore;
  readonly videoEncoder: VideoEncoder;
  readonly clock: Clock;
  readonly log: Log;
}

export interface RunOptions {
  readonly job: Job;
  readonly model: InstalledModel;
  readonly slot: DeviceSlot;
  readonly context: RunContext;
  /** Called once, when the run needs its device no more: before the video is encoded to its end. */
  readonly onDeviceFree: () => void;
}

/** Why a run ends without a word to the recorder: somebody else has had the last one, or nobody may. */
class RunOver extends Error {
  override readonly name = 'RunOver';
}

/**
 * One generation on one device, from started to its end:
 *
 *   LOADING → ENCODING_TEXT → DENOISING (step × N) → DECODING (chunk × M, streamed into the encoder) → ENCODING_VIDEO → DONE
 *
 * Between any two units, and during the encoding, it can be cancelled or stopped. Reports are written one after the other, so
 * the recorder's log has no hole; that of a step while the next one computes, all others before the run goes on. A report
 * that the recorder refuses ends the run.
 */
export class GenerationRun {
  readonly #options: RunOptions;
  readonly #over = new AbortController();
  readonly #account: RunAccount;
  #canceling: Promise<boolean> | null = null;
  #deviceHeld = true;
  /** By performance.now(), when the last frame had been decoded. */
  #decodedAt = 0;
  /** Resolves when nothing of the run is left: no unit, no process, no staged file. Never rejects. */
  readonly finished: Promise<void>;

  constructor(options: RunOptions) {
    this.#options = options;
    const { job, model, slot, context } = options;
    this.#account = new RunAccount(job, model, slot, context.clock);
    this.finished = this.#run();
  }

  /** No further unit begins from now on. Resolves once that is recorded; false if the generation had ended before. */
  cancel(): Promise<boolean> {
    this.#over.abort(new RunOver('canceled'));
    this.#canceling ??= this.#options.context.recorder.canceled(this.#options.job.generationId);
    return this.#canceling;
  }

  /** As cancel, but nothing is recorded: the generation stays RUNNING for the next server. */
  stop(): void {
    this.#over.abort(new RunOver('stopped'));
  }

  async #run(): Promise<void> {
    const { job, slot, context } = this.#options;
    const { generationId: id } = job;
    try {
      this.#goOn(await context.recorder.started(id, slot.device.id));
      await this.#load();
      await this.#encodeText();
      await this.#denoise();
      const { settings, outputs } = job;
      const target = { settings, outputs, metadata: metadataOf(job), signal: this.#over.signal };
      const artifacts = await writeOutputs(this.#frames(), { ...target, ...context });
      this.#account.advance('encode-video', (performance.now() - this.#decodedAt) / 1000);
      this.#over.signal.throwIfAborted();
      await context.recorder.succeeded(id, artifacts, this.#account.usage());
    } catch (error) {
      await this.#freeDevice(); // what follows may wait, and others should not wait for it
      if (error instanceof EncoderFailed && error.interrupted) await this.#awaitStop();
      if (!this.#over.signal.aborted && !(error instanceof RunOver)) await this.#fail(error);
    } finally {
      await this.#freeDevice();
      // Whoever waits for the end of the run wants the cancellation recorded too; its error is the canceller's.
      await this.#canceling?.catch(() => {});
    }
  }

  /** Opens what is not open, and first makes room for it. */
  async #load(): Promise<void> {
    const { job, model, slot } = this.#options;
    await this.#report('LOADING');
    const { directory, manifest } = model;
    const needs = peakUnits(job.settings, manifest, slot.device.kind);
    for (const component of neededComponents) {
      if (slot.ledger.holds(job.model, component)) continue;
      const bytes = weightsBytes(manifest, component, slot.device.kind);
      await slot.makeRoom({ ...needs[component], bytes });
      await this.#unit('load', { kind: 'load', bundle: directory, component });
      slot.ledger.loaded({ model: job.model, directory, component, bytes });
    }
  }

  async #encodeText(): Promise<void> {
    const { job, model } = this.#options;
    const { generationId, prompt, negativePrompt, settings } = job;
    await this.#report('ENCODING_TEXT');
    const request = { prompt, negativePrompt, settings };
    await this.#unit('encode-text', { kind: 'encode-text', generationId, bundle: model.directory, request });
  }

  async #denoise(): Promise<void> {
    const { generationId, settings } = this.#options.job;
    await this.#report('DENOISING');
    let reporting = Promise.resolve();
    try {
      while (this.#account.stepsDone < settings.steps) {
        const { members } = await this.#unit('step', { kind: 'step', generationIds: [generationId] });
        await reporting;
        const [member] = members;
        if (!member?.finite) {
          const step = this.#account.stepsDone;
          throw new UnitFailed('NUMERIC_OVERFLOW', `The numbers overflowed in step ${step} of ${settings.steps}.`);
        }
        // Preview and database take a twentieth of a small model's step: they have the next one's time for it.
        reporting = this.#reportStep(member);
        reporting.catch(() => {}); // looked at after the next step
      }
    } finally {
      await reporting;
    }
  }

  /** Decoded as fast as they are taken. With the last chunk the device is free, while the encoder still works on it. */
  async *#frames(): AsyncGenerator<Uint8Array, void, void> {
    const { generationId } = this.#options.job;
    await this.#report('DECODING');
    for (let last = false; !last; ) {
      const chunk = await this.#unit('decode', { kind: 'decode', generationId });
      last = chunk.last;
      if (last) {
        this.#decodedAt = performance.now();
        await this.#freeDevice();
      }
      await this.#report(last ? 'ENCODING_VIDEO' : 'DECODING');
      const { data, count, width, height } = chunk.frames;
      const bytes = width * height * 3;
      for (let i = 0; i < count; i++) yield data.subarray(i * bytes, (i + 1) * bytes);
    }
  }

  async #unit<K extends Stage & UnitKind>(stage: K, unit: Extract<Unit, { kind: K }>): Promise<UnitResult<K>> {
    this.#over.signal.throwIfAborted();
    const expected = this.#account.expectedSeconds(stage);
    const { result, seconds, peakRssBytes } = await this.#options.slot.run<K>(unit, expected);
    this.#account.compute(stage, seconds, peakRssBytes);
    this.#over.signal.throwIfAborted();
    return result;
  }

  async #report(phase: GenerationPhase): Promise<void> {
    await this.#record(this.#account.progress(phase));
  }

  async #reportStep({ preview, step }: StepResult): Promise<void> {
    const progress = this.#account.progress('DENOISING');
    await setImmediate(); // the next step is on its way before anything is done here
    await this.#record({ ...progress, preview: await encodePreview(preview, step, this.#options.job.settings.fps) });
  }

  async #record(progress: Progress): Promise<void> {
    this.#over.signal.throwIfAborted();
    this.#goOn(await this.#options.context.recorder.progressed(this.#options.job.generationId, progress));
  }

  /** The recorder refuses what concerns a generation that has ended. */
  #goOn(accepted: boolean): void {
    if (!accepted) this.#over.abort(new RunOver('ended elsewhere'));
    this.#over.signal.throwIfAborted();
  }

  async #fail(error: unknown): Promise<void> {
    const { job, context } = this.#options;
    const failure = toFailure(error);
    const detail = error instanceof UnitFailed ? error.detail : undefined;
    context.log.error({ generationId: job.generationId, code: failure.code, detail, err: error }, 'generation failed');
    const usage = this.#account.usage();
    // On a full disk even this cannot be written, and whoever watches would wait for ever: so until it can, or until the server
    // stops, which leaves it RUNNING for the next one.
    for (let pause = 500; !this.#over.signal.aborted; pause = Math.min(2 * pause, 60_000)) {
      try {
        await context.recorder.failed(job.generationId, failure, usage);
        return;
      } catch (err) {
        context.log.error({ generationId: job.generationId, err }, 'a failure could not be recorded');
        await this.#pause(pause);
      }
    }
  }

  /** Ctrl-C reaches ffmpeg along with the server: that is no failure of it, as we learn when the server stops us. */
  async #awaitStop(): Promise<void> {
    await this.#pause(1000);
  }

  /** Ends early when the run is canceled or stopped. */
  async #pause(milliseconds: number): Promise<void> {
    await setTimeout(milliseconds, undefined, { signal: this.#over.signal }).catch(() => {});
  }

  async #freeDevice(): Promise<void> {
    if (!this.#deviceHeld) return;
    this.#deviceHeld = false;
    const { job, slot, onDeviceFree } = this.#options;
    await slot.forget(job.generationId);
    onDeviceFree();
  }
}
