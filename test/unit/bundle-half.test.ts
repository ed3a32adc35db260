import { describe, expect, it } from 'vitest';
import { floatToFiniteHalf } from '../../inference/finite-half.js';
import { bfloatToFloat, floatToBfloat, floatToHalf, halfToFloat } from '../../inference/half.js';
import { expectSameBits } from '../support/same-bits.js';

const bits = (values: Float32Array) => new Uint32Array(values.buffer);

/** Finite positive patterns 0, 1, 2, … of a format whose infinity is `infinity`: neighbours are neighbouring numbers. */
function checkRounding(
  infinity: number,
  widen: (p: Uint16Array) => Float32Array,
  narrow: (f: Float32Array) => Uint16Array,
) {
  const patterns = Uint16Array.from({ length: infinity }, (_, i) => i);
  const values = widen(patterns);
  expect(narrow(values)).toEqual(patterns);
  expect(narrow(values.map((value) => -value))).toEqual(patterns.map((pattern) => pattern | 0x8000));
  const middles = new Float32Array(infinity - 1);
  for (let i = 0; i < middles.length; i++) middles[i] = ((values[i] as number) + (values[i + 1] as number)) / 2;
  const below = new Float32Array(bits(middles).map((pattern) => pattern - 1).buffer);
  const above = new Float32Array(bits(middles).map((pattern) => pattern + 1).buffer);
  expect(narrow(middles)).toEqual(Uint16Array.from(middles, (_, i) => i + (i % 2)));
  expect(narrow(below)).toEqual(Uint16Array.from(middles, (_, i) => i));
  expect(narrow(above)).toEqual(Uint16Array.from(middles, (_, i) => i + 1));
}

describe('fp16', () => {
  it('keeps every number, rounds to the nearest and ties to even', () =>
    checkRounding(0x7c00, halfToFloat, floatToHalf));

  it('has the right values', () => {
    const patterns = Uint16Array.of(0x0001, 0x0400, 0x3c00, 0x3555, 0x7bff, 0xc000, 0x8000, 0x7c00, 0xfc00);
    const values = [2 ** -24, 2 ** -14, 1, 0.333251953125, 65504, -2, -0, Infinity, -Infinity];
    expect([...halfToFloat(patterns)]).toEqual(values);
    expect(floatToHalf(Float32Array.from(values))).toEqual(patterns);
  });

  it('overflows to infinity from halfway above 65,504 and keeps NaN', () => {
    expect([...floatToHalf(Float32Array.of(65519.99, 65520, 1e30, -1e30, Infinity))]).toEqual([
      0x7bff, 0x7c00, 0x7c00, 0xfc00, 0x7c00,
    ]);
    expect(halfToFloat(floatToHalf(Float32Array.of(NaN)))).toEqual(Float32Array.of(NaN));
  });
});

describe('floatToFiniteHalf', () => {
  it('gives what floatToHalf gives, for every pattern of the upper 16 bits and lengths that are no multiple of 8', () => {
    const patterns = Uint32Array.from(
      { length: 4 * 65536 + 3 },
      (_, i) => ((i >> 2) << 16) | [0, 1, 0x1000, 0xf000][i & 3]!,
    );
    const values = new Float32Array(patterns.buffer).filter((value) => Math.abs(value) < 65520);
    expect(values.length % 8).not.toBe(0);
    expectSameBits(floatToFiniteHalf(values) as Uint16Array, floatToHalf(values));
  });

  it.each([65520, -65520, Infinity, -Infinity, NaN])('refuses %s, wherever it stands', (value) => {
    for (const at of [0, 7, 8, 70_000])
      expect(floatToFiniteHalf(new Float32Array(70_001).fill(value, at, at + 1))).toBeUndefined();
    expect(floatToFiniteHalf(new Float32Array(70_001).fill(65519.99))?.at(-1)).toBe(0x7bff);
  });
});

describe('bf16', () => {
  it('keeps every number, rounds to the nearest and ties to even', () =>
    checkRounding(0x7f80, bfloatToFloat, floatToBfloat));

  it('keeps infinity and NaN', () => {
    expect([...bfloatToFloat(floatToBfloat(Float32Array.of(Infinity, -Infinity, NaN, 1)))]).toEqual([
      Infinity,
      -Infinity,
      NaN,
      1,
    ]);
  });
});

it('works on views that do not start at the beginning of their buffer', () => {
  const whole = Float32Array.of(9, 1, 2);
  expect([...halfToFloat(floatToHalf(whole.subarray(1)))]).toEqual([1, 2]);
  expect([...bfloatToFloat(floatToBfloat(whole.subarray(1)))]).toEqual([1, 2]);
});
