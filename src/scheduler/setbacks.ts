import type { FailureCode } from '../generations/generation.js';
import { ConditioningMissing } from './asker.js';
import { LatentsMissing, toFailure, UnitFailed } from './failures.js';

type Setback = FailureCode | 'CONDITIONING_MISSING' | 'LATENTS_MISSING';

/** The time at which the same thing going wrong at the same step, without any progress in between, ends the generation. */
const last: Partial<Readonly<Record<Setback, number>>> = {
  CONDITIONING_MISSING: 3,
  LATENTS_MISSING: 2,
  DEVICE_LOST: 5,
  OUT_OF_MEMORY: 3,
  TIMED_OUT: 2,
  ENCODER_FAILED: 2,
};

/** Of all kinds and at all steps together, without any progress in between. */
const most = 12;

/**
 * What went wrong with a generation since it last got on. A unit that brings its executor down does so at the same step every
 * time; executors that somebody kills are lost here and there, and a short generation, which has no checkpoint yet, may be sent
 * back to its beginning by several before it has got on.
 */
export class Setbacks {
  readonly #counts = new Map<Setback, number>();
  #step = 0;
  #all = 0;
  /** It may be the one that brings down whoever shares a unit with it: it goes by itself now. */
  alone = false;

  /** It has come further than ever before. */
  progress(): void {
    this.#counts.clear();
    this.#all = 0;
    this.alone = false;
  }

  /** Notes a failure at a step, after which it is worth another try. @throws the failure, if it is not or no longer */
  count(error: unknown, step: number): void {
    const code = kindOf(error);
    // Whatever goes wrong in a batch may be another member's fault.
    if (error instanceof UnitFailed && error.shared && !this.alone) {
      this.alone = true;
      return;
    }
    if (step !== this.#step) this.#counts.clear();
    this.#step = step;
    this.#all++;
    const count = (this.#counts.get(code) ?? 0) + 1;
    this.#counts.set(code, count);
    if (count >= (last[code] ?? 1) || this.#all >= most) throw error;
    this.alone = true;
  }
}

function kindOf(error: unknown): Setback {
  if (error instanceof ConditioningMissing) return 'CONDITIONING_MISSING';
  if (error instanceof LatentsMissing) return 'LATENTS_MISSING';
  return toFailure(error).code;
}
