import { describe, expect, it } from 'vitest';
import { scalesOfRows, toEightBits } from '../../inference/eight-bits.js';
import { Graph } from '../../inference/graph/graph.js';
import { cast } from '../../inference/graph/ops.js';
import { gaussianNoise } from '../../inference/pipeline/noise.js';
import { openSession } from '../../inference/runtime/session.js';
import { float32 } from '../../inference/tensor.js';

/** ONNX Runtime's own rounding to e4m3, as numbers. */
async function castByOnnxRuntime(numbers: Float32Array): Promise<Float32Array> {
  const g = new Graph('cast', { folder: '.', tensors: new Map() });
  const x = g.input('x', 'float32', ['count']);
  g.output('y', cast(cast(x, 'float8e4m3fn'), 'float32'), ['count']);
  const session = await openSession(g, { device: { kind: 'CPU' }, threads: 1 });
  try {
    return (await session.run({ x: float32(numbers, [numbers.length]) })).y?.data as Float32Array;
  } finally {
    await session.close();
  }
}

/** A pattern as the format defines it. */
function valueOf(pattern: number): number {
  const [sign, exponent, mantissa] = [pattern >> 7 ? -1 : 1, (pattern >> 3) & 15, pattern & 7];
  if (exponent === 15 && mantissa === 7) return Number.NaN;
  return sign * (exponent === 0 ? mantissa * 2 ** -9 : (1 + mantissa / 8) * 2 ** (exponent - 7));
}

describe('rounding to e4m3', () => {
  it("is ONNX Runtime's, halves and subnormal numbers included", async () => {
    const values = Array.from({ length: 127 }, (_, pattern) => valueOf(pattern));
    const halves = values.slice(1).map((value, i) => (value + (values[i] as number)) / 2);
    const beside = halves.flatMap((half) => [half * (1 - 2 ** -23), half * (1 + 2 ** -23)]);
    const spread = Array.from(gaussianNoise(1, 4096), (number, i) => Math.min(448, number * 2 ** ((i % 24) - 16)));
    const positive = [...values, ...halves, ...beside, ...spread];
    const numbers = Float32Array.from([...positive, ...positive.map((number) => -number)]);
    const found = toEightBits(numbers, new Float32Array([1]));
    expect([...found].map(valueOf)).toEqual([...(await castByOnnxRuntime(numbers))]);
  });

  it('takes the largest number of each row to 448, and a row of zeros to zeros', () => {
    const rows = Float32Array.from([1, -2, 0.5, 0, 0, 0, -3e-30, 1e-30, 0]);
    const scales = scalesOfRows(rows, 3);
    expect([...scales]).toEqual([2 / 448, 0, 3e-30 / 448].map(Math.fround));
    expect([...toEightBits(rows, scales)].map(valueOf)).toEqual([224, -448, 112, 0, 0, 0, -448, 144, 0]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('has no finite scale for a row with %s', (wrong) => {
    expect([...scalesOfRows(Float32Array.of(1, wrong, 2, 3), 2)]).toEqual([
      expect.not.toSatisfy(Number.isFinite),
      Math.fround(3 / 448),
    ]);
  });
});
