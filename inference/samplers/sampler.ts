import { arithmetic, type WeightedSum } from '../arithmetic.js';
import { arrayStock } from '../array-stock.js';

/** Noise levels of a run of N steps. */
export interface Schedule {
  /** σ₀ … σ_N, falling from about 1 (pure noise) to 0 (the video): [N + 1] */
  readonly sigmas: Float32Array;
  /** What the denoiser is told at step i, in 0..1000: [N] */
  readonly timesteps: Float32Array;
}

/** What a solver remembers from step to step: plain data, so that a checkpoint can hold it. Every array has the sample's length. */
export interface SolverState {
  /** The last estimates of the clean sample, newest last. */
  readonly estimates: readonly Float32Array[];
  /** The sample that the last step started from, after correction. */
  readonly origin: Float32Array | null;
  /** Order of the last step; 0 before the first. */
  readonly order: number;
}

export interface SolverStep {
  /** x at σ_{i+1} */
  readonly sample: Float32Array;
  readonly state: SolverState;
  /** The clean sample as estimated at this step. */
  readonly x0: Float32Array;
}

/** Sums of a sample's size that are written down first and computed together, in one pass over all arrays that they are made of. */
export class Sums {
  readonly #sums: WeightedSum[] = [];

  /** Σ weight·array in float64, rounded once; there are numbers in it after `compute`. The terms may be sums that are not computed yet. */
  add(...terms: WeightedSum['terms']): Float32Array {
    const result = arrayStock.take(terms[0][1].length);
    this.#sums.push({ result, terms });
    return result;
  }

  compute(): void {
    arithmetic().weightedSums(this.#sums.splice(0));
  }
}

/**
 * Solves dx/dσ = v from noise to video, where x = (1 − σ)·video + σ·noise and the denoiser predicts v = noise − video.
 * Pure: the same arguments give the same step, and nothing given is changed.
 */
export interface Sampler {
  /** @throws RangeError unless steps is a whole number ≥ 1 and shift > 0. */
  schedule(steps: number, shift: number): Schedule;
  initial(): SolverState;
  /**
   * From σᵢ to σᵢ₊₁, given x at σᵢ and the velocity predicted there: what the arrays of the result are sums of.
   * @param noise N(0, 1) that this step may use, the same whenever it is asked for.
   */
  step(
    sums: Sums,
    schedule: Schedule,
    i: number,
    state: SolverState,
    sample: Float32Array,
    velocity: Float32Array,
    noise: () => Float32Array,
  ): SolverStep;
}

/** Moves noise levels towards 1, where high resolutions need them: s·u / (1 + (s − 1)·u) (Esser et al. 2024, §5.3.2). */
export function shifted(u: number, shift: number): number {
  return (shift * u) / (1 + (shift - 1) * u);
}

/** `count` points from `start` to `stop`, both included, rounded as numpy.linspace rounds them. */
export function linspace(start: number, stop: number, count: number): Float64Array {
  const step = count > 1 ? (stop - start) / (count - 1) : 0;
  const points = Float64Array.from({ length: count }, (_, i) => i * step + start);
  if (count > 1) points[count - 1] = stop;
  return points;
}

/** One step by itself. */
export function takeStep(sampler: Sampler, ...given: Tail<Parameters<Sampler['step']>>): SolverStep {
  const sums = new Sums();
  const step = sampler.step(sums, ...given);
  sums.compute();
  return step;
}
type Tail<List extends unknown[]> = List extends [unknown, ...infer Rest] ? Rest : never;

export function checkSchedule(steps: number, shift: number): void {
  if (!Number.isInteger(steps) || steps < 1) throw new RangeError(`steps must be a whole number from 1, not ${steps}`);
  if (!(shift > 0) || !Number.isFinite(shift)) throw new RangeError(`shift must be a number over 0, not ${shift}`);
}
