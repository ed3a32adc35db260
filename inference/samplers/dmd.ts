import { checkSchedule, type Sampler, shifted } from './sampler.js';

/** FastWan's levels, which it was trained at whatever the shift. */
const fastWan = [1000, 757, 522];

/**
 * Few steps for models distilled by distribution matching: each step predicts the clean sample, and mixes fresh noise into it
 * down to the next level.
 * Source: Yin et al. 2024, "Improved Distribution Matching Distillation", §4.5. Three steps are FastWan's (FastVideo,
 * DmdDenoisingStage: t = 1000, 757, 522; it looks σ up in a table of 1,000 levels, t/1000 is within 3e-4 of that). Any other
 * number is spaced evenly before the shift, which with four steps and shift 5 is Turbo's (Self-Forcing's warped
 * denoising_step_list 1000, 750, 500, 250).
 */
export const dmd: Sampler = {
  schedule(steps, shift) {
    checkSchedule(steps, shift);
    const sigmas = Array.from({ length: steps }, (_, i) =>
      steps === fastWan.length ? (fastWan[i] as number) / 1000 : shifted(1 - i / steps, shift),
    );
    return { sigmas: Float32Array.of(...sigmas, 0), timesteps: Float32Array.from(sigmas, (sigma) => 1000 * sigma) };
  },

  initial: () => ({ estimates: [], origin: null, order: 0 }),

  step(sums, schedule, i, state, sample, velocity, noise) {
    const next = schedule.sigmas[i + 1] as number;
    const x0 = sums.add([1, sample], [-(schedule.sigmas[i] as number), velocity]);
    return { sample: next === 0 ? x0 : sums.add([1 - next, x0], [next, noise()]), state, x0 };
  },
};
