import { type Stage, stages, type Work } from './work.js';

/** Seconds of one unit of a stage, null where nobody knows. */
export type StageCosts = (stage: Stage) => number | null;

/** What a unit takes in denoising steps, where nothing else is known. */
const stepsWorth: Readonly<Record<Stage, number>> = {
  load: 0.5,
  'encode-text': 0.2,
  step: 1,
  'unguided-step': 0.6,
  decode: 1,
  'encode-video': 0.5,
};

/** How far one generation is, over all its stages. */
export class ProgressMeter {
  readonly #work: Work;
  readonly #costs: StageCosts;
  /** What one unit counts, fixed at the start: a fraction whose parts change their weight would run backwards. */
  readonly #weights: ReadonlyMap<Stage, number>;
  readonly #done = Object.fromEntries(stages.map((stage) => [stage, 0])) as Record<Stage, number>;

  #furthest = 0;

  constructor(work: Work, costs: StageCosts) {
    this.#work = work;
    this.#costs = costs;
    this.#weights = new Map(stages.map((stage) => [stage, this.#estimate(stage) ?? stepsWorth[stage]]));
  }

  /** One more unit of it is done; more than were foreseen count for nothing. */
  advance(stage: Stage): void {
    this.set(stage, this.#done[stage] + 1);
  }

  /** So many are done; fewer than before where some were lost. */
  set(stage: Stage, done: number): void {
    this.#done[stage] = Math.min(done, this.#work[stage].count);
  }

  done(stage: Stage): number {
    return this.#done[stage];
  }

  /** 0..1, never decreasing: what has to be done again was done once. */
  get fraction(): number {
    this.#furthest = Math.max(this.#furthest, this.#fraction());
    return this.#furthest;
  }

  #fraction(): number {
    const sum = (units: (stage: Stage) => number): number =>
      stages.reduce((total, stage) => total + units(stage) * (this.#weights.get(stage) ?? 0), 0);
    return sum((stage) => this.#done[stage]) / sum((stage) => this.#work[stage].count);
  }

  /** Null until a step has been measured: the other stages can be guessed from it, not it from them. */
  get secondsRemaining(): number | null {
    let total = 0;
    for (const stage of stages) {
      const left = this.#work[stage].count - this.#done[stage];
      if (left === 0) continue;
      const seconds = this.#estimate(stage);
      if (seconds === null) return null;
      total += left * seconds;
    }
    return total;
  }

  #estimate(stage: Stage): number | null {
    const step = this.#costs('step');
    return step === null ? null : (this.#costs(stage) ?? stepsWorth[stage] * step);
  }
}
