/**
 * Matrices in 8 bits: e4m3 (no infinity, 0x7f is NaN, largest 448), with a scale for each row.
 * Source: Micikevicius et al. 2022, "FP8 Formats for Deep Learning".
 */
const largest = 448;

/** Of the tensor that holds a matrix's scales, float32 [outputs]. */
export const scaleName = (matrix: string): string => `${matrix}_scale`;

/** Scale of each row: its largest number / 448; NaN of a row that holds one that is not finite. */
export function scalesOfRows(numbers: Float32Array, columns: number): Float32Array {
  return Float32Array.from({ length: numbers.length / columns }, (_, row) => {
    let most = 0;
    let sum = 0;
    for (let i = row * columns; i < (row + 1) * columns; i++) {
      const number = numbers[i] as number;
      const magnitude = Math.abs(number);
      if (magnitude > most) most = magnitude;
      sum += number * 0; // finite numbers vanish
    }
    return most / largest + sum;
  });
}

/** Rows divided by their scales, rounded to nearest, ties to even. */
export function toEightBits(numbers: Float32Array, scales: Float32Array): Uint8Array {
  const columns = numbers.length / scales.length;
  const scaled = new Float32Array(numbers.length);
  for (const [row, scale] of scales.entries()) {
    const factor = scale === 0 ? 0 : 1 / scale;
    for (let i = row * columns; i < (row + 1) * columns; i++) scaled[i] = (numbers[i] as number) * factor;
  }
  const bits = new Uint32Array(scaled.buffer);
  const result = new Uint8Array(bits.length);
  for (let i = 0; i < bits.length; i++) {
    const pattern = bits[i] as number;
    const magnitude = pattern & 0x7fffffff;
    result[i] = ((pattern >>> 24) & 0x80) | (magnitude < 0x3c800000 ? subnormal(magnitude) : normal(magnitude));
  }
  return result;
}

/** From 2⁻⁶ on: 3 bits after the point, the exponent's bias 7 instead of 127. */
function normal(magnitude: number): number {
  return ((magnitude + 0x7ffff + ((magnitude >>> 20) & 1)) >>> 20) - (120 << 3);
}

/** Multiples of 2⁻⁹. */
function subnormal(magnitude: number): number {
  const shift = 141 - (magnitude >>> 23);
  if (shift > 24) return 0;
  const significand = (magnitude & 0x7fffff) | 0x800000;
  return (significand + (1 << (shift - 1)) - 1 + ((significand >>> shift) & 1)) >>> shift;
}
