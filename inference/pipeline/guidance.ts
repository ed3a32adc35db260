import type { Sums } from '../samplers/index.js';

/** Whether a guidance scale asks for the unconditional row at all: strictly over 1, as diffusers has it. */
export function isGuided(scale: number): boolean {
  return scale > 1;
}

/**
 * Classifier-free guidance: unconditional + scale·(conditional − unconditional).
 * Source: Ho & Salimans 2022, equation 6, in the form of diffusers.
 */
export function guided(
  sums: Sums,
  conditional: Float32Array,
  unconditional: Float32Array,
  scale: number,
): Float32Array {
  return sums.add([scale, conditional], [1 - scale, unconditional]);
}
