import { isGuided } from './guidance.js';

/** Fractions of the steps: guidance in step i of N where ⌊start·N⌋ ≤ i < ⌊end·N⌋. */
export interface GuidanceInterval {
  readonly start: number;
  readonly end: number;
}

/** What decides how often the denoiser runs. */
export interface StepPlanSettings {
  readonly steps: number;
  readonly guidanceScale: number;
  /**
   * Guidance only there; in all steps if left out. Noise falls from step to step, so this is the interval of noise levels of
   * Kynkäänniemi et al. 2024, "Applying Guidance in a Limited Interval", counted as `start` and `stop` of diffusers'
   * `ClassifierFreeGuidance` count it.
   */
  readonly guidanceInterval?: GuidanceInterval | undefined;
  /** Steps in a row whose velocity is extrapolated from the computed ones before; 0 if left out. */
  readonly cacheSteps?: number | undefined;
}

/** Rows that the denoiser computes in a step: 2 guided, 1 without guidance, 0 where the velocity is extrapolated. */
export type RowCount = 0 | 1 | 2;

/** Of the steps these are always computed: the first ones lay the picture out, and at the end nothing comes to correct an error. */
const computedFirst = 0.15;
const computedLast = 0.1;

/**
 * Rows of each step, a pure function of the settings, so that batches, estimates and what resumes agree on it: [steps].
 *
 * Of the steps between the first and the last ones `cacheSteps` are extrapolated and one is computed, again and again: TeaCache's
 * idea (Liu et al. 2024), but of steps that are known in advance instead of found by looking at the data, with TaylorSeer's
 * forecast of first order (Liu et al. 2025) in place of the last value, and of the velocity after guidance instead of what lies
 * inside of the network. Reusing the last velocity, or only the difference that guidance makes (FasterCache, Lv et al. 2024), cost
 * more rows for the same error (RESULTS.md, 2026-11-27).
 */
export function stepRows({ steps, guidanceScale, guidanceInterval, cacheSteps = 0 }: StepPlanSettings): RowCount[] {
  const { start, end } = guidanceInterval ?? { start: 0, end: 1 };
  const isGuidedAt = (step: number): boolean =>
    isGuided(guidanceScale) && step >= Math.floor(start * steps) && step < Math.floor(end * steps);
  const first = Math.ceil(computedFirst * steps);
  const last = steps - Math.max(1, Math.ceil(computedLast * steps));
  let extrapolated = 0;
  let computedAlike = 0;
  return Array.from({ length: steps }, (_, step) => {
    const rows = isGuidedAt(step) ? 2 : 1;
    // Velocities with guidance tell nothing of those without.
    if (step > 0 && isGuidedAt(step) !== isGuidedAt(step - 1)) computedAlike = 0;
    if (step >= first && step < last && computedAlike >= 2 && extrapolated < cacheSteps) {
      extrapolated++;
      return 0;
    }
    extrapolated = 0;
    computedAlike++;
    return rows;
  });
}

/** Rows of all steps together. */
export function plannedRows(settings: StepPlanSettings): number {
  return stepRows(settings).reduce<number>((sum, rows) => sum + rows, 0);
}
