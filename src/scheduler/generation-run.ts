import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../clock.js';
import type { GenerationPhase, ResumeCause } from '../generations/generation.js';
import type { Log } from '../log.js';
import { EncoderFailed } from '../video/encode-video.js';
import type { VideoEncoder } from '../video/video-encoder.js';
import { writeOutputs } from '../video/write-outputs.js';
import { type Answer, type Asker, ConditioningMissing, NoStepLeft, type Readiness, type Turn } from './asker.js';
import type { CostModel } from './cost-model.js';
import type { Desk } from './desk.js';
import { LatentsMissing, UnitFailed } from './failures.js';
import type { KeptWork } from './kept-work.js';
import type { DeviceKind, UnitStage } from './policy.js';
import type { ArtifactStore, Job, Recorder } from './ports.js';
import { RunAccount } from './run-account.js';
import { RunOver, RunReports } from './run-reports.js';
import { Setbacks } from './setbacks.js';
import { metadataOf } from './video-metadata.js';
import type { InstalledModel } from './work.js';

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
  readonly desk: Desk;
  readonly kept: KeptWork;
  readonly context: RunContext;
}

const phaseOf: Readonly<Record<UnitStage, GenerationPhase>> = {
  'encode-text': 'ENCODING_TEXT',
  'encode-image': 'ENCODING_TEXT',
  step: 'DENOISING',
  decode: 'DECODING',
};

/** A checkpoint is due when both have gone by since the last one, so that it costs less than one percent of the computing. */
const checkpointSeconds = 2;
const checkpointSteps = 5;

/**
 * One generation, from waiting to its end:
 *
 *   text (and picture) → step × N → chunk × M, streamed into the video encoder → DONE
 *
 * For everything that a device computes it asks at the desk and awaits its turn; so a more urgent one goes first by not being
 * kept waiting, and to cancel is to ask no more. What is on disk is not computed again: neither after a loss, which sends it back
 * to where the loss has left it, nor in a later life of the server. Reports are written one after the other, so the recorder's log
 * has no hole; that of a step while the next one computes. A report that the recorder refuses ends the run.
 */
export class GenerationRun implements Asker {
  readonly job: Job;
  readonly model: InstalledModel;
  priority: number;
  started = false;
  kind: DeviceKind | null = null;
  step = 0;
  readonly #options: RunOptions;
  readonly #over = new AbortController();
  readonly #account: RunAccount;
  readonly #setbacks = new Setbacks();
  readonly #reports: RunReports;
  #canceling: Promise<boolean> | null = null;
  /** The furthest it has ever come: what is computed again is no progress. */
  #furthestStep = 0;
  #furthestFrame = 0;
  #checkpoint = { step: 0, at: performance.now() };
  /** Why it will have gone on, at its next unit. */
  #interrupted: ResumeCause | null = null;
  /** Resolves when nothing of the run is left: no unit, no process, no staged file. Never rejects. */
  readonly finished: Promise<void>;

  constructor(options: RunOptions) {
    this.#options = options;
    const { job, model, context } = options;
    this.job = job;
    this.model = model;
    this.priority = job.priority;
    this.#account = new RunAccount(job, model, context.clock);
    this.#reports = new RunReports({ ...context, job, account: this.#account, over: this.#over });
    this.finished = this.#run();
  }

  /** No further unit begins from now on. Resolves once that is recorded; false if the generation had ended before. */
  cancel(): Promise<boolean> {
    this.#over.abort(new RunOver('canceled'));
    this.#canceling ??= this.#options.context.recorder.canceled(this.job.generationId);
    return this.#canceling;
  }

  /** As cancel, but nothing is recorded: the generation stays as it is for the next server. */
  stop(): void {
    this.#over.abort(new RunOver('stopped'));
  }

  async #run(): Promise<void> {
    const { desk, kept } = this.#options;
    const { generationId: id } = this.job;
    let end: 'cleared' | 'kept' | 'succeeded' = 'cleared';
    try {
      this.step = await kept.begin(this.job, this.model);
      this.#over.signal.throwIfAborted();
      await this.#denoise();
      await this.#reports.succeeded(await this.#makeVideo());
      end = 'succeeded';
    } catch (error) {
      if (!this.#over.signal.aborted && !(error instanceof RunOver)) {
        if (this.step >= this.job.settings.steps) end = 'kept';
        await desk.leave(id); // what follows may wait, and others should not wait for it
        await this.#reports.failed(error);
      }
    } finally {
      await desk.leave(id);
      // Stopped, it goes on in the next life; failed after its last step, a retry goes on from there.
      if (end === 'succeeded') await this.#keepLatents();
      else if (end === 'cleared' && !this.#isStopped) await kept.end(id);
      // Whoever waits for the end of the run wants the cancellation recorded too; its error is the canceller's.
      await this.#canceling?.catch(() => {});
    }
  }

  /** For other outputs of the same pictures; without them these are denoised again. */
  async #keepLatents(): Promise<void> {
    const { kept, context } = this.#options;
    const { generationId } = this.job;
    await kept.succeed(generationId).catch((err: unknown) => {
      context.log.warn({ generationId, err }, 'the finished latents could not be kept');
    });
  }

  get #isStopped(): boolean {
    return this.#canceling === null && (this.#over.signal.reason as Error | undefined)?.message === 'stopped';
  }

  async #denoise(): Promise<void> {
    const { steps } = this.job.settings;
    while (this.step < steps) {
      try {
        await this.#encodeConditioning();
        while (this.step < steps) await this.#takeStep();
      } catch (error) {
        this.#sufferOrThrow(error);
      }
    }
  }

  /** What the first state is made of, as far as it is not on disk. */
  async #encodeConditioning(): Promise<void> {
    const { kept } = this.#options;
    this.kind = await kept.kindWithTexts(this.job, this.model, this.kind);
    if (this.kind === null || this.#conditioningLost) await this.#unit('encode-text');
    if (this.job.firstFrame !== null && (this.#conditioningLost || !(await kept.hasFirstFrame(this.job)))) {
      await this.#unit('encode-image');
    }
    this.#conditioningLost = false;
  }
  /** A state could not be opened for want of it, though it seemed to be there. */
  #conditioningLost = false;

  async #takeStep(): Promise<void> {
    const { result } = await this.#unit('step');
    const { settings } = this.job;
    this.#account.atStep(result.step);
    if (!result.finite) {
      throw new UnitFailed('NUMERIC_OVERFLOW', `The numbers overflowed in step ${result.step} of ${settings.steps}.`);
    }
    this.step = result.step;
    if (result.checkpointed) this.#checkpoint = { step: result.step, at: performance.now() };
    else if (result.step === settings.steps) {
      throw new UnitFailed('STORAGE_FAILED', 'The finished latents could not be written to disk.');
    }
    if (result.step > this.#furthestStep) this.#setbacks.progress();
    this.#furthestStep = Math.max(this.#furthestStep, result.step);
    this.#reports.stepSoon(result);
    await this.#reports.keepUp();
  }

  /** The video is made of the latents on disk, and when its encoder fails or they turn out to be damaged, once more. */
  async #makeVideo() {
    const { settings, outputs } = this.job;
    const { context } = this.#options;
    for (;;) {
      const onProgress = (fraction: number): void => this.#encoded(fraction);
      const target = { settings, outputs, metadata: metadataOf(this.job), signal: this.#over.signal, onProgress };
      try {
        const artifacts = await writeOutputs(this.#frames(), { ...target, ...context });
        this.#account.videoEncoded((performance.now() - this.#decodedAt) / 1000);
        return artifacts;
      } catch (error) {
        if (error instanceof EncoderFailed && error.interrupted) await this.#awaitStop();
        this.#over.signal.throwIfAborted();
        this.#setbacks.count(error, this.step);
        context.log.warn({ generationId: this.job.generationId, err: error }, 'the video is made again');
        if (error instanceof LatentsMissing) await this.#denoiseAgain();
      }
    }
  }

  /** From what is on disk without them: in general, from the beginning. */
  async #denoiseAgain(): Promise<void> {
    const { desk, kept } = this.#options;
    await desk.leave(this.job.generationId);
    this.#goBack(await kept.stepOf(this.job, this.model));
    await this.#denoise();
  }
  /** By performance.now(), when the last frame had been decoded. */
  #decodedAt = 0;
  /** That this is all that is left to do has been told. */
  #onlyEncoding = false;

  /** Decoded as fast as they are taken; those that a lost decoder gave already are not given again. */
  async *#frames(): AsyncGenerator<Uint8Array, void, void> {
    await this.#options.desk.restartDecoding(this.job.generationId);
    this.#account.restartDecoding();
    let given = 0;
    for (let last = false; !last; ) {
      const chunk = await this.#decodeChunk();
      const { frames, frameIndex } = chunk;
      last = chunk.last;
      if (last) {
        this.#decodedAt = performance.now();
        this.#account.decoded();
      }
      this.#reports.progressedSoon(last ? 'ENCODING_VIDEO' : 'DECODING');
      await this.#reports.keepUp();
      this.#onlyEncoding = last;
      const bytes = frames.width * frames.height * 3;
      for (let i = Math.max(0, given - frameIndex); i < frames.count; i++) {
        yield frames.data.subarray(i * bytes, (i + 1) * bytes);
        given++;
      }
      // Frames that the last encoder had as well are no progress.
      if (given > this.#furthestFrame) {
        this.#furthestFrame = given;
        this.#setbacks.progress();
      }
    }
  }

  /** Heard of while frames are decoded too, and then told with the next of them. */
  #encoded(fraction: number): void {
    this.#account.encodingVideo(fraction);
    // The end is told by the event that ends the generation.
    if (this.#onlyEncoding && fraction < 1) this.#reports.progressedSoon('ENCODING_VIDEO');
  }

  async #decodeChunk(): Promise<Answer<'decode'>['result']> {
    for (;;) {
      try {
        return (await this.#unit('decode')).result;
      } catch (error) {
        if (error instanceof UnitFailed && error.code === 'STORAGE_FAILED') throw new LatentsMissing(error);
        this.#sufferOrThrow(error);
      }
    }
  }

  async #unit<S extends UnitStage>(stage: S): Promise<Answer<S>> {
    const answer = await this.#options.desk.ask(this, stage, this.#over.signal);
    this.#over.signal.throwIfAborted();
    this.#account.compute(stage, answer);
    return answer;
  }

  /** @throws the error, if it ends the run */
  #sufferOrThrow(error: unknown): void {
    this.#over.signal.throwIfAborted();
    if (error instanceof NoStepLeft) return;
    this.#setbacks.count(error, this.step);
    if (error instanceof ConditioningMissing) this.#conditioningLost = true;
    else if (error instanceof UnitFailed && error.lost) this.#interrupted = 'DEVICE_LOST';
  }

  /** Its state is at this step now. */
  #goBack(step: number): void {
    if (step < this.step) this.#interrupted = step < this.#checkpoint.step ? 'CHECKPOINT_DAMAGED' : 'DEVICE_LOST';
    this.step = step;
    this.#checkpoint = { step, at: performance.now() };
    this.#account.atStep(step);
  }

  // What the desk wants to know, and tells.

  get alone(): boolean {
    return this.#setbacks.alone;
  }

  secondsLeft(costs: CostModel): number | null {
    return this.#account.secondsLeft(costs);
  }

  checkpointDue(): boolean {
    const { step, at } = this.#checkpoint;
    return this.step + 1 - step >= checkpointSteps && performance.now() - at >= 1000 * checkpointSeconds;
  }

  async onTurn({ deviceId, kind, costs, loads, preempted }: Turn): Promise<void> {
    this.#over.signal.throwIfAborted();
    this.kind = kind;
    if (!this.started) {
      this.started = true;
      this.#account.begin(this.step, costs);
      this.#checkpoint = { step: this.step, at: performance.now() };
      await this.#reports.started(deviceId);
    }
    if (preempted) {
      this.#account.preemptions++;
      this.#interrupted ??= 'PREEMPTED';
    }
    if (loads) await this.#reports.progressed('LOADING');
  }

  async onReady(stage: UnitStage, { loadSeconds, openedAt }: Readiness): Promise<void> {
    this.#account.loaded(loadSeconds);
    // Lost while others had their turn: nobody but its next unit finds out.
    if (openedAt !== null && openedAt !== this.step) this.#goBack(openedAt);
    // Only now it is known from where.
    if (this.#interrupted !== null && (stage === 'step' || stage === 'decode')) {
      const cause = this.#interrupted;
      this.#interrupted = null;
      if (cause !== 'PREEMPTED') this.#account.resumes++;
      await this.#reports.resumed(this.step, cause);
    }
    const { phase } = this.#reports;
    if (phase === phaseOf[stage] || phase === 'ENCODING_VIDEO') return;
    // Nor does it wait for the report of the step before, with its picture, in which a GPU would do nothing.
    this.#reports.progressedSoon(phaseOf[stage]);
    await this.#reports.keepUp();
  }

  /** Ctrl-C reaches ffmpeg along with the server: that is no failure of it, as we learn when the server stops us. */
  async #awaitStop(): Promise<void> {
    await setTimeout(1000, undefined, { signal: this.#over.signal }).catch(() => {});
  }
}
