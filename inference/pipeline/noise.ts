import { arithmetic } from '../arithmetic.js';

/**
 * Gaussian noise that depends on the seed and the position alone: number i is the same whatever the length asked for, on every
 * machine and in every process. Philox4x32-10 counts the blocks of four (Salmon et al. 2011, "Parallel Random Numbers: As Easy
 * as 1, 2, 3"), Box–Muller in float64 makes them normal, rounding to float32 comes last.
 * @param seed a whole number from 0 to 2^53 − 1.
 * @param stream independent noise of the same seed: 0, 1, 2, …
 */
export function gaussianNoise(seed: number, count: number, stream = 0): Float32Array {
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new RangeError(`a seed is a whole number from 0 to 2^53 − 1, not ${seed}`);
  const noise = new Float32Array(count);
  arithmetic().fillWithNoise(noise, seed, stream);
  return noise;
}
