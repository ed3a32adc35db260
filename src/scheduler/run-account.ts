import type { Clock } from '../clock.js';
import type { GenerationPhase, Progress, Usage } from '../generations/generation.js';
import type { DeviceSlot } from './device-slot.js';
import type { Job } from './ports.js';
import { ProgressMeter } from './progress-meter.js';
import { type InstalledModel, neededComponents, type Stage, stages, type Work, workOf } from './work.js';

/** What one run has done so far: its progress, its usage, and what its device's cost model learns from it. */
export class RunAccount {
  readonly #job: Job;
  readonly #slot: DeviceSlot;
  readonly #clock: Clock;
  readonly #work: Work;
  readonly #meter: ProgressMeter;
  readonly #startedAt: Date;
  readonly #seconds = Object.fromEntries(stages.map((stage) => [stage, 0])) as Record<Stage, number>;
  #computeSeconds = 0;
  #peakRssBytes = 0;

  constructor(job: Job, model: InstalledModel, slot: DeviceSlot, clock: Clock) {
    this.#job = job;
    this.#slot = slot;
    this.#clock = clock;
    this.#startedAt = clock.now();
    const missing = neededComponents.filter((component) => !slot.ledger.holds(job.model, component));
    this.#work = workOf(job.settings, model.manifest, missing);
    this.#meter = new ProgressMeter(this.#work, (stage) => this.#unitSeconds(stage));
  }

  get stepsDone(): number {
    return this.#meter.done('step');
  }

  /** A unit of the executor is done. */
  compute(stage: Stage, seconds: number, peakRssBytes: number): void {
    this.#computeSeconds += seconds;
    this.#peakRssBytes = Math.max(this.#peakRssBytes, peakRssBytes);
    this.advance(stage, seconds);
  }

  /** Steps are alike and teach the cost model one by one; chunks and components are not: they do as a whole. */
  advance(stage: Stage, seconds: number): void {
    this.#meter.advance(stage);
    this.#seconds[stage] += seconds;
    const { count, ...unit } = this.#work[stage];
    const { model } = this.#job;
    const { costs } = this.#slot;
    if (stage === 'step') costs.observe({ model, ...unit }, seconds);
    else if (this.#meter.done(stage) === count) costs.observe({ model, ...unit }, this.#seconds[stage] / count);
  }

  /** The most that the next unit of a stage is likely to take: a decoder may do all its work when asked for the first chunk. */
  expectedSeconds(stage: Stage): number | null {
    const seconds = this.#unitSeconds(stage);
    return seconds !== null && stage === 'decode' ? this.#work.decode.count * seconds : seconds;
  }

  progress(phase: GenerationPhase): Progress {
    return {
      phase,
      step: this.stepsDone,
      totalSteps: this.#job.settings.steps,
      fraction: this.#meter.fraction,
      secondsRemaining: this.#meter.secondsRemaining,
    };
  }

  usage(): Usage {
    return {
      queueSeconds: secondsBetween(this.#job.createdAt, this.#startedAt),
      computeSeconds: this.#computeSeconds,
      wallSeconds: secondsBetween(this.#startedAt, this.#clock.now()),
      // What a GPU's own memory held is not measured yet.
      peakBytes: this.#slot.device.kind === 'CPU' && this.#peakRssBytes > 0 ? this.#peakRssBytes : null,
      averageBatchRows: this.#job.settings.guidanceScale > 1 ? 2 : 1,
      resumes: 0,
      preemptions: 0,
    };
  }

  #unitSeconds(stage: Stage): number | null {
    return this.#slot.costs.seconds({ model: this.#job.model, ...this.#work[stage] });
  }
}

function secondsBetween(from: Date, to: Date): number {
  return Math.max(0, (to.getTime() - from.getTime()) / 1000);
}
