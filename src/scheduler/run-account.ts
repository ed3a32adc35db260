import type { Clock } from '../clock.js';
import type { GenerationPhase, Progress, Usage } from '../generations/generation.js';
import type { Answer } from './asker.js';
import type { CostModel } from './cost-model.js';
import { estimateWork } from './estimate.js';
import type { Job } from './ports.js';
import { ProgressMeter } from './progress-meter.js';
import { computedSteps, type InstalledModel, type Stage, stages, type Work, workOf } from './work.js';

/** What one run has done so far, what is left of it, and what the cost model learns from it as a whole. */
export class RunAccount {
  readonly #job: Job;
  readonly #model: InstalledModel;
  readonly #clock: Clock;
  #startedAt: Date | null = null;
  #work: Work;
  #meter: ProgressMeter;
  /** Of the device that worked on it last. */
  #costs: CostModel | null = null;
  #decodeSeconds = 0;
  #computeSeconds = 0;
  #peakBytes: number | null = null;
  #stepsComputed = 0;
  #rowsComputed = 0;
  #ownRowsComputed = 0;
  #step = 0;
  resumes = 0;
  preemptions = 0;

  constructor(job: Job, model: InstalledModel, clock: Clock) {
    this.#job = job;
    this.#model = model;
    this.#clock = clock;
    this.#work = workOf(job.settings, model.manifest, []);
    this.#meter = this.#newMeter();
  }

  /** @param step done already, in an earlier life */
  begin(step: number, costs: CostModel): void {
    this.#startedAt = this.#clock.now();
    this.#costs = costs;
    this.#meter = this.#newMeter();
    if (step > 0) this.#meter.set('encode-text', 1);
    this.atStep(step);
  }

  /** The state is at this step now, which may be an earlier one than before. */
  atStep(step: number): void {
    this.#step = step;
    const done = computedSteps(this.#job.settings, step);
    this.#meter.set('step', done.step);
    this.#meter.set('unguided-step', done['unguided-step']);
  }

  /** A unit is done; where it was a step, atStep says of which. */
  compute(
    stage: 'encode-text' | 'encode-image' | 'step' | 'decode',
    { seconds, peakBytes, rows, ownRows, costs }: Answer,
  ): void {
    this.#costs = costs;
    this.#computeSeconds += seconds;
    if (peakBytes !== null) this.#peakBytes = Math.max(this.#peakBytes ?? 0, peakBytes);
    if (stage === 'step') {
      this.#stepsComputed++;
      this.#rowsComputed += rows;
      this.#ownRowsComputed += ownRows;
    }
    if (stage === 'decode') this.#decodeSeconds += seconds;
    if (stage === 'encode-text' || stage === 'decode') this.#meter.advance(stage);
  }

  loaded(seconds: number): void {
    this.#computeSeconds += seconds;
  }

  /** From the first frame again. */
  restartDecoding(): void {
    this.#meter.set('decode', 0);
    this.#meter.set('encode-video', 0);
    this.#decodeSeconds = 0;
  }

  /** The first chunk may have cost all the work, so only the whole teaches anything. */
  decoded(): void {
    const { count, ...unit } = this.#work.decode;
    this.#costs?.observe({ model: this.#job.model, ...unit }, this.#decodeSeconds / count);
  }

  /** @param fraction of the frames that are in the files, 0..1 */
  encodingVideo(fraction: number): void {
    this.#meter.set('encode-video', fraction);
  }

  videoEncoded(seconds: number): void {
    const { count: _, ...unit } = this.#work['encode-video'];
    this.#costs?.observe({ model: this.#job.model, ...unit }, seconds);
    this.#meter.set('encode-video', 1);
  }

  /** Until its end, were it alone; null where that would be a guess. */
  secondsLeft(costs: CostModel): number | null {
    const left = (stage: Stage) => ({ ...this.#work[stage], count: this.#work[stage].count - this.#meter.done(stage) });
    const work = Object.fromEntries(stages.map((stage) => [stage, left(stage)])) as unknown as Work;
    const estimate = estimateWork(this.#job.model, work, costs);
    return estimate === null || estimate.basis === 'MODELED' ? null : estimate.seconds;
  }

  progress(phase: GenerationPhase): Progress {
    return {
      phase,
      step: this.#step,
      totalSteps: this.#job.settings.steps,
      fraction: this.#meter.fraction,
      secondsRemaining: this.#meter.secondsRemaining,
    };
  }

  usage(): Usage {
    const startedAt = this.#startedAt ?? this.#clock.now();
    return {
      queueSeconds: secondsBetween(this.#job.createdAt, startedAt),
      computeSeconds: this.#computeSeconds,
      wallSeconds: secondsBetween(startedAt, this.#clock.now()),
      peakBytes: this.#peakBytes,
      denoiserRows: this.#ownRowsComputed,
      averageBatchRows: this.#stepsComputed === 0 ? 0 : this.#rowsComputed / this.#stepsComputed,
      resumes: this.resumes,
      preemptions: this.preemptions,
    };
  }

  #newMeter(): ProgressMeter {
    return new ProgressMeter(this.#work, (stage) => {
      const { count: _, ...unit } = this.#work[stage];
      const prediction = this.#costs?.predict({ model: this.#job.model, ...unit });
      return !prediction || prediction.basis === 'MODELED' ? null : prediction.seconds;
    });
  }
}

function secondsBetween(from: Date, to: Date): number {
  return Math.max(0, (to.getTime() - from.getTime()) / 1000);
}
