import { checkSchedule, linspace, type Sampler, shifted } from './sampler.js';

/**
 * Euler's method along the flow.
 * Source: diffusers 0.40 `FlowMatchEulerDiscreteScheduler` with a static shift. Its schedule shifts the end points, and then
 * every point between them a second time; timesteps are 1000·σ in float32 and not whole.
 */
export const euler: Sampler = {
  schedule(steps, shift) {
    checkSchedule(steps, shift);
    const levels = linspace(1000 * shiftedFloat32(1, shift), 1000 * shiftedFloat32(1 / 1000, shift), steps);
    const sigmas = Float32Array.from(levels, (level) => shifted(level / 1000, shift));
    return { sigmas: Float32Array.of(...sigmas, 0), timesteps: sigmas.map((s) => 1000 * s) };
  },

  initial: () => ({ estimates: [], origin: null, order: 0 }),

  step(sums, schedule, i, state, sample, velocity) {
    const sigma = schedule.sigmas[i] as number;
    const next = schedule.sigmas[i + 1] as number;
    return {
      sample: sums.add([1, sample], [next - sigma, velocity]),
      state,
      x0: sums.add([1, sample], [-sigma, velocity]),
    };
  },
};

/** `shifted` with every operation rounded to float32, as PyTorch calculates the end points. */
function shiftedFloat32(u: number, shift: number): number {
  const x = Math.fround(u);
  const above = Math.fround(shift * x);
  const below = Math.fround(1 + Math.fround((shift - 1) * x));
  return Math.fround(above / below);
}
