import { builtKernelLibrary } from './kernels/library.js';
import { fillWithNoise } from './philox-noise.js';
import { loadKoffi } from './runtime/native/koffi.js';

export type Term = readonly [weight: number, array: Float32Array];

/** result[i] = Σ weight·array[i] in the order of the terms, in float64, rounded once. `result` may be one of the arrays. */
export interface WeightedSum {
  readonly result: Float32Array;
  readonly terms: readonly [Term, Term, (Term | undefined)?, (Term | undefined)?];
}

/** Σx, Σy, Σx², Σx·y and Σy² */
export interface Moments {
  readonly x: number;
  readonly y: number;
  readonly xx: number;
  readonly xy: number;
  readonly yy: number;
}

/** Loops over all numbers of a sample, which a GPU waits for: in C++ where `reelql kernels` was run, to the same bits. */
export interface Arithmetic {
  /** One after the other, so that a sum may take what those before it gave. All arrays are of one length. */
  weightedSums(sums: readonly WeightedSum[]): void;
  /** Whether no number is infinite or NaN. */
  allFinite(numbers: Float32Array): boolean;
  /**
   * Sums over two arrays of one length, in float64: of parts of 8,192 numbers, then of these in their order, for the order shows in the
   * last bits.
   */
  momentsOf(x: Float32Array, y: Float32Array): Moments;
  /** What `gaussianNoise` of pipeline/noise.ts says. */
  fillWithNoise(noise: Float32Array, seed: number, stream: number): void;
  /**
   * Pixels in [-1, 1], [3, plane], → bytes [plane, 3]: (x / 2 + 0.5)·255, every operation rounded to float32 as PyTorch and NumPy do it,
   * then to the nearest byte, halves to even. NaN becomes 0.
   */
  rgb24(pixels: Float32Array): Uint8Array;
}

/** Loops with nothing else in their functions: a third of the time of a loop a term (test/bench/RESULTS.md). */
function addTwo(result: Float32Array, [a, x]: Term, [b, y]: Term): void {
  for (let i = 0; i < result.length; i++) result[i] = a * (x[i] as number) + b * (y[i] as number);
}

function addThree(result: Float32Array, [a, x]: Term, [b, y]: Term, [c, z]: Term): void {
  for (let i = 0; i < result.length; i++) {
    result[i] = a * (x[i] as number) + b * (y[i] as number) + c * (z[i] as number);
  }
}

function addFour(result: Float32Array, [a, x]: Term, [b, y]: Term, [c, z]: Term, [d, w]: Term): void {
  for (let i = 0; i < result.length; i++) {
    result[i] = a * (x[i] as number) + b * (y[i] as number) + c * (z[i] as number) + d * (w[i] as number);
  }
}

const numbersOfPart = 8192;

function momentsOf(x: Float32Array, y: Float32Array): Moments {
  const sums = { x: 0, y: 0, xx: 0, xy: 0, yy: 0 };
  for (let begin = 0; begin < x.length; begin += numbersOfPart) {
    const end = Math.min(begin + numbersOfPart, x.length);
    let sumX = 0;
    let sumY = 0;
    let sumXX = 0;
    let sumXY = 0;
    let sumYY = 0;
    for (let i = begin; i < end; i++) {
      const a = x[i] as number;
      const b = y[i] as number;
      sumX += a;
      sumY += b;
      sumXX += a * a;
      sumXY += a * b;
      sumYY += b * b;
    }
    sums.x += sumX;
    sums.y += sumY;
    sums.xx += sumXX;
    sums.xy += sumXY;
    sums.yy += sumYY;
  }
  return sums;
}

export const inJavaScript: Arithmetic = {
  weightedSums(sums) {
    for (const { result, terms } of sums) {
      const [first, second, third, fourth] = terms;
      if (fourth && third) addFour(result, first, second, third, fourth);
      else if (third) addThree(result, first, second, third);
      else addTwo(result, first, second);
    }
  },
  allFinite(numbers) {
    for (let i = 0; i < numbers.length; i++) if (!(Math.abs(numbers[i] as number) < Infinity)) return false;
    return true;
  },
  momentsOf,
  fillWithNoise,
  rgb24: (pixels) => toBytes(pixels, (level) => level),
};

/** As `Arithmetic.rgb24` says, but for how a level of 0 to 255 becomes whole; what is left of fractions is rounded to the nearest byte. */
export function toBytes(pixels: Float32Array, round: (level: number) => number): Uint8Array {
  const plane = pixels.length / 3;
  const bytes = new Uint8ClampedArray(pixels.length); // clamps, and rounds halves to even
  for (let c = 0; c < 3; c++) {
    for (let i = 0; i < plane; i++) {
      // In fp32 at every stage, as PyTorch and NumPy calculate it.
      const brightness = Math.fround((pixels[c * plane + i] as number) / 2 + 0.5);
      bytes[3 * i + c] = round(Math.fround(255 * brightness));
    }
  }
  return new Uint8Array(bytes.buffer);
}

/** The same in the library at `path` (kernels/host.cpp and noise.cpp). @throws if it cannot be loaded */
export function inLibrary(path: string): Arithmetic {
  const koffi = loadKoffi();
  const library = koffi.load(path);
  const weightedSums = library.func(
    'void reelql_weighted_sums(size_t count, size_t sums, uint64_t *arrays, double *weights)',
  );
  const rgb24 = library.func('void reelql_rgb24(float *pixels, size_t plane, _Out_ uint8_t *bytes)');
  const gaussianNoise = library.func(
    'void reelql_gaussian_noise(uint64_t seed, uint32_t stream, size_t count, float *noise)',
  );
  const moments = library.func('void reelql_moments(size_t count, float *x, float *y, _Out_ double *sums)');
  const allFinite = library.func('int reelql_all_finite(float *numbers, size_t count)');
  return {
    weightedSums(sums) {
      const count = sums[0]?.result.length ?? 0;
      const arrays = new BigUint64Array(5 * sums.length);
      const weights = new Float64Array(4 * sums.length);
      const addressOf = (array: Float32Array): bigint => {
        if (array.length !== count) throw new RangeError(`arrays of ${count} and ${array.length} numbers`);
        return koffi.address(array);
      };
      for (const [i, { result, terms }] of sums.entries()) {
        arrays[5 * i] = addressOf(result);
        for (const [j, term] of terms.entries()) {
          if (!term) continue;
          weights[4 * i + j] = term[0];
          arrays[5 * i + 1 + j] = addressOf(term[1]);
        }
      }
      weightedSums(count, sums.length, arrays, weights);
    },
    rgb24(pixels) {
      const bytes = new Uint8Array(pixels.length);
      rgb24(pixels, pixels.length / 3, bytes);
      return bytes;
    },
    momentsOf(x, y) {
      if (x.length !== y.length) throw new RangeError(`arrays of ${x.length} and ${y.length} numbers`);
      const sums = new Float64Array(5);
      moments(x.length, x, y, sums);
      const [sumX, sumY, xx, xy, yy] = sums as unknown as [number, number, number, number, number];
      return { x: sumX, y: sumY, xx, xy, yy };
    },
    fillWithNoise: (noise, seed, stream) => gaussianNoise(seed, stream, noise.length, noise),
    allFinite: (numbers) => allFinite(numbers, numbers.length) === 1,
  };
}

let chosen: Arithmetic | undefined;

export function arithmetic(): Arithmetic {
  const library = chosen ? null : builtKernelLibrary();
  chosen ??= library === null ? inJavaScript : inLibrary(library);
  return chosen;
}
