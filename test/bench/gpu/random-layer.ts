import { scalesOfRows, toEightBits } from '../../../inference/eight-bits.js';
import { floatToHalf, halfToFloat } from '../../../inference/half.js';
import { gaussianNoise } from '../../../inference/pipeline/noise.js';

interface Numbers {
  readonly half: Uint16Array;
  readonly floats: Float32Array;
}

/** x [tokens, inputs], w [outputs, inputs] and bias [outputs], in fp16's numbers. */
export interface Layer {
  readonly tokens: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly x: Numbers;
  readonly w: Numbers;
  readonly bias: Numbers;
}

/** A layer whose tokens and outputs are of different size each, so that a scale in the wrong place shows. */
export function randomLayer(tokens: number, inputs: number, outputs: number): Layer {
  return {
    ...{ tokens, inputs, outputs },
    x: randomRows(tokens, inputs, 1, (row) => 2 ** (row % 5)),
    w: randomRows(outputs, inputs, 2, (row) => 2 ** (row % 7) / 8 / Math.sqrt(inputs)),
    bias: randomRows(1, outputs, 3, () => 1),
  };
}

/** Cut from one list of normal numbers, a prime many, again and again. */
function randomRows(rows: number, columns: number, seed: number, sizeOf: (row: number) => number): Numbers {
  const normal = gaussianNoise(seed, 262_139);
  const numbers = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const size = sizeOf(row);
    for (let i = row * columns; i < (row + 1) * columns; i++) numbers[i] = size * (normal[i % normal.length] as number);
  }
  const half = floatToHalf(numbers);
  return { half, floats: halfToFloat(half) };
}

/** Rows in e4m3, with the scales that scalesOfRows() gives them. */
export function eightBitsOf(numbers: Float32Array, columns: number): Uint8Array {
  return toEightBits(numbers, scalesOfRows(numbers, columns));
}

/** Some of x·wᵀ, in double: of the numbers themselves, and of what they are once rounded to 8 bits. */
export function expectedPart({ tokens, inputs, outputs, x, w }: Layer): {
  readonly places: readonly number[];
  readonly whole: Float64Array;
  readonly rounded: Float64Array;
} {
  const [someTokens, someOutputs] = [spread(tokens, 61), spread(outputs, 127)];
  const products = (change: (row: Float32Array) => Float32Array): Float64Array => {
    const rowsOf = (all: Float32Array, rows: number[]) =>
      rows.map((row) => change(all.subarray(row * inputs, (row + 1) * inputs)));
    const [left, right] = [rowsOf(x.floats, someTokens), rowsOf(w.floats, someOutputs)];
    return Float64Array.from(left.flatMap((a) => right.map((b) => dot(a, b))));
  };
  return {
    places: someTokens.flatMap((token) => someOutputs.map((output) => token * outputs + output)),
    whole: products((row) => row),
    rounded: products((row) => {
      const scales = scalesOfRows(row, inputs);
      return Float32Array.from(toEightBits(row, scales), (q) => valueOf(q) * (scales[0] as number));
    }),
  };
}

/** GELU in its tanh form, of products and their outputs' biases. */
export function expectedGelu(
  { outputs, bias }: Layer,
  { places, whole }: ReturnType<typeof expectedPart>,
): Float64Array {
  return whole.map((product, i) => {
    const u = product + (bias.floats[(places[i] as number) % outputs] as number);
    return 0.5 * u * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (u + 0.044715 * u ** 3)));
  });
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function spread(count: number, most: number): number[] {
  const some = Math.min(count, most);
  return Array.from({ length: some }, (_, i) => Math.floor((i * count) / some));
}

/** e4m3 by its definition. */
function valueOf(pattern: number): number {
  const [exponent, mantissa] = [(pattern >> 3) & 15, pattern & 7];
  const magnitude = exponent === 0 ? mantissa * 2 ** -9 : (1 + mantissa / 8) * 2 ** (exponent - 7);
  return pattern >> 7 ? -magnitude : magnitude;
}
