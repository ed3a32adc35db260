import { arithmetic } from '../arithmetic.js';
import type { Sums } from '../samplers/index.js';

/** Whether a guidance scale asks for the unconditional row at all: strictly over 1, as diffusers has it. */
export function isGuided(scale: number): boolean {
  return scale > 1;
}

/**
 * Classifier-free guidance: factor·(unconditional + scale·(conditional − unconditional)).
 * Source: Ho & Salimans 2022, equation 6, in the form of diffusers.
 * @param rescale see `rescaleFactor`, which takes the numbers as they are: neither prediction may be a sum of `sums` itself
 */
export function guided(
  sums: Sums,
  conditional: Float32Array,
  unconditional: Float32Array,
  scale: number,
  rescale = 0,
): Float32Array {
  const factor = rescale === 0 ? 1 : rescaleFactor(conditional, unconditional, scale, rescale);
  return sums.add([factor * scale, conditional], [factor * (1 - scale), unconditional]);
}

/**
 * What the guided prediction of one generation is multiplied with so that it keeps the deviation of the conditional one: all of it
 * with `rescale` 1, and in between rescale·std(conditional) / std(guided) + (1 − rescale). Over all numbers of the latents, in
 * float64, always in the same order: no neighbour in a batch and no split over devices changes a bit.
 * Source: Lin et al. 2024, "Common Diffusion Noise Schedules and Sample Steps are Flawed", equations 15 and 16;
 * `rescale_noise_cfg` of diffusers.
 */
export function rescaleFactor(
  conditional: Float32Array,
  unconditional: Float32Array,
  scale: number,
  rescale: number,
): number {
  const [ofConditional, ofGuided] = variances(conditional, unconditional, scale);
  return ofGuided > 0 ? rescale * Math.sqrt(ofConditional / ofGuided) + (1 - rescale) : 1;
}

/** Of the conditional prediction, and of the guided one by its bilinearity: one pass, and no array for what is guided. */
function variances(x: Float32Array, y: Float32Array, scale: number): [conditional: number, guided: number] {
  const sums = arithmetic().momentsOf(x, y);
  const n = x.length;
  const ofX = sums.xx / n - (sums.x / n) ** 2;
  const ofY = sums.yy / n - (sums.y / n) ** 2;
  const shared = sums.xy / n - (sums.x / n) * (sums.y / n);
  return [Math.max(0, ofX), scale ** 2 * ofX + 2 * scale * (1 - scale) * shared + (1 - scale) ** 2 * ofY];
}
