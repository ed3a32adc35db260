import { builtKernelLibrary } from './kernels/library.js';
import { loadKoffi } from './runtime/native/koffi.js';

/** Loops over all numbers of a sample, which a GPU waits for: in C++ where `reelql kernels` was run, to the same bits. */
export interface Arithmetic {
  /**
   * result[i] = a·x[i] + b·y[i] + c·z[i] + d·w[i], in float64, rounded once. The arrays are of one length; `result` may be one of them.
   */
  // biome-ignore format: a column an array
  weightedSum(
    result: Float32Array,
    a: number, x: Float32Array, b: number, y: Float32Array, c: number, z: Float32Array, d: number, w: Float32Array,
  ): void;
  /** Whether no number is infinite or NaN. */
  allFinite(numbers: Float32Array): boolean;
  /**
   * Pixels in [-1, 1], [3, plane], → bytes [plane, 3]: (x / 2 + 0.5)·255, every operation rounded to float32 as PyTorch and NumPy do it,
   * then to the nearest byte, halves to even. NaN becomes 0.
   */
  rgb24(pixels: Float32Array): Uint8Array;
}

/** Plain loops, with nothing else in their functions: a third of the time of a loop a term (test/bench/RESULTS.md). */
export const inJavaScript: Arithmetic = {
  weightedSum(result, a, x, b, y, c, z, d, w) {
    for (let i = 0; i < result.length; i++) {
      result[i] = a * (x[i] as number) + b * (y[i] as number) + c * (z[i] as number) + d * (w[i] as number);
    }
  },
  allFinite(numbers) {
    for (let i = 0; i < numbers.length; i++) if (!(Math.abs(numbers[i] as number) < Infinity)) return false;
    return true;
  },
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

/** The same in the library at `path` (kernels/host.cpp). @throws if it cannot be loaded */
export function inLibrary(path: string): Arithmetic {
  const library = loadKoffi().load(path);
  const arrays = ['a, float *x', 'b, float *y', 'c, float *z', 'd, float *w'].map((term) => `double ${term}`);
  const weightedSum = library.func(`void reelql_weighted_sum(float *result, size_t count, ${arrays})`);
  const rgb24 = library.func('void reelql_rgb24(float *pixels, size_t plane, _Out_ uint8_t *bytes)');
  const allFinite = library.func('int reelql_all_finite(float *numbers, size_t count)');
  return {
    weightedSum(result, ...terms) {
      const other = terms.find((term) => typeof term !== 'number' && term.length !== result.length);
      if (other !== undefined)
        throw new RangeError(`arrays of ${result.length} and ${(other as Float32Array).length} numbers`);
      weightedSum(result, result.length, ...terms);
    },
    rgb24(pixels) {
      const bytes = new Uint8Array(pixels.length);
      rgb24(pixels, pixels.length / 3, bytes);
      return bytes;
    },
    allFinite: (numbers) => allFinite(numbers, numbers.length) === 1,
  };
}

let chosen: Arithmetic | undefined;

export function arithmetic(): Arithmetic {
  const library = chosen ? null : builtKernelLibrary();
  chosen ??= library === null ? inJavaScript : inLibrary(library);
  return chosen;
}
