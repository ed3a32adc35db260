import { checkSchedule, linspace, type Sampler, type Schedule, type Sums, shifted } from './sampler.js';

/**
 * UniPC, order 2, B(h) = e^h − 1, on the estimate of the clean sample: a multistep predictor whose every step is corrected by
 * the next step's estimate, at no extra call of the network.
 * Source: Zhao et al. 2023, "UniPC", algorithms 1–2; diffusers 0.40 `UniPCMultistepScheduler` with flow sigmas, solver bh2,
 * lower_order_final. Scalars are float64 from the float32 σ, samples float32.
 */
export const unipc: Sampler = {
  schedule(steps, shift) {
    checkSchedule(steps, shift);
    const levels = linspace(1, 1 / 1000, steps + 1)
      .subarray(0, steps)
      .map((u) => shifted(u, shift));
    // λ of σ = 1 is −∞: the first level steps back from it.
    if (Math.abs((levels[0] as number) - 1) < 1e-6) levels[0] = (levels[0] as number) - 1e-6;
    return { sigmas: Float32Array.of(...levels, 0), timesteps: Float32Array.from(levels, (s) => Math.trunc(s * 1000)) };
  },

  initial: () => ({ estimates: [], origin: null, order: 0 }),

  step(sums, schedule, i, state, sample, velocity) {
    const steps = schedule.timesteps.length;
    const x0 = sums.add([1, sample], [-sigma(schedule, i), velocity]);
    const origin = state.origin ? corrected(sums, schedule, i, state.estimates, state.origin, state.order, x0) : sample;
    const order = Math.min(2, steps - i, state.estimates.length + 1);
    const previous = state.estimates.at(-1);
    return {
      sample: predicted(sums, schedule, i, origin, x0, order === 2 ? previous : undefined),
      state: { estimates: previous ? [previous, x0] : [x0], origin, order },
      x0,
    };
  },
};

/** x at σᵢ once more, now that the estimate there is known (UniC). `origin` is the sample at σᵢ₋₁. */
function corrected(
  sums: Sums,
  schedule: Schedule,
  i: number,
  estimates: readonly Float32Array[],
  origin: Float32Array,
  order: number,
  x0: Float32Array,
): Float32Array {
  const previous = estimates.at(-1) as Float32Array;
  const h = lambda(schedule, i) - lambda(schedule, i - 1);
  const b = Math.expm1(-h);
  const scale = -alpha(schedule, i) * b;
  const drift = sigma(schedule, i) / sigma(schedule, i - 1);
  if (order === 1) return sums.add([drift, origin], [scale / 2, previous], [scale / 2, x0]);

  const r = (lambda(schedule, i - 2) - lambda(schedule, i - 1)) / h;
  const phi1 = b / -h - 1;
  const phi2 = phi1 / -h - 1 / 2;
  // The 2×2 system of the paper's equation 5: ρ₁ + ρ₂ = b₁, r·ρ₁ + ρ₂ = b₂.
  const b1 = phi1 / b;
  const b2 = (2 * phi2) / b;
  const rho1 = (b1 - b2) / (1 - r);
  const rho2 = b1 - rho1;
  return sums.add(
    [drift, origin],
    [scale * (1 - rho1 / r - rho2), previous],
    [(scale * rho1) / r, estimates.at(-2) as Float32Array],
    [scale * rho2, x0],
  );
}

/** x at σᵢ₊₁ (UniP): first order, or second where the estimate before this one is given. */
function predicted(
  sums: Sums,
  schedule: Schedule,
  i: number,
  origin: Float32Array,
  x0: Float32Array,
  previous: Float32Array | undefined,
): Float32Array {
  const h = lambda(schedule, i + 1) - lambda(schedule, i); // +∞ on the last step, which so returns x0 itself
  const scale = -alpha(schedule, i + 1) * Math.expm1(-h);
  const drift = sigma(schedule, i + 1) / sigma(schedule, i);
  if (!previous) return sums.add([drift, origin], [scale, x0]);

  const r = (lambda(schedule, i - 1) - lambda(schedule, i)) / h;
  const slope = scale / (2 * r);
  return sums.add([drift, origin], [scale - slope, x0], [slope, previous]);
}

const sigma = (schedule: Schedule, i: number): number => schedule.sigmas[i] as number;
const alpha = (schedule: Schedule, i: number): number => 1 - sigma(schedule, i);
/** Half the logarithm of the signal-to-noise ratio. */
const lambda = (schedule: Schedule, i: number): number => Math.log(alpha(schedule, i)) - Math.log(sigma(schedule, i));
