import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Arithmetic, inJavaScript, inLibrary } from '../../inference/arithmetic.js';
import { hostSources } from '../../inference/kernels/library.js';
import { gaussianNoise } from '../../inference/pipeline/noise.js';

/** The loops in C++ are tried where there is a compiler; those of JavaScript are what they have to equal. */
const folder = mkdtempSync(join(tmpdir(), 'reelql-arithmetic-'));
afterAll(() => rmSync(folder, { recursive: true }));

const path = join(folder, 'libhost.so');
const flags = ['-O3', '-std=c++17', '-shared', '-fPIC', '-fvisibility=hidden', '-pthread'];
const compiled = spawnSync('g++', [...flags, '-o', path, ...hostSources]).status === 0;
const forms: (readonly [string, () => Arithmetic])[] = [['JavaScript', () => inJavaScript]];
if (compiled) forms.push(['C++', () => inLibrary(path)]);

// No multiple of what an instruction takes.
const length = 1003;
const arrays = [1, 2, 3, 4].map((seed) => gaussianNoise(seed, length)) as [
  Float32Array,
  Float32Array,
  Float32Array,
  Float32Array,
];
const [x, y, z, w] = arrays;

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) => Buffer.from(buffer, byteOffset, byteLength);

describe.each(forms)('the loops over samples, in %s', (_, open) => {
  const { weightedSums, allFinite, fillWithNoise, momentsOf, rgb24 } = open();

  it('add four arrays in float64 and round once', () => {
    const result = new Float32Array(length);
    weightedSums([
      {
        result,
        terms: [
          [0.1, x],
          [-1.7, y],
          [3e5, z],
          [1e-7, w],
        ],
      },
    ]);
    const sum = (i: number) =>
      0.1 * (x[i] as number) + -1.7 * (y[i] as number) + 3e5 * (z[i] as number) + 1e-7 * (w[i] as number);
    expect(result).toEqual(Float32Array.from({ length }, (_, i) => sum(i)));
  });

  it('add to one of the arrays in place', () => {
    const result = Float32Array.from(x);
    weightedSums([
      {
        result,
        terms: [
          [1, result],
          [2, y],
        ],
      },
    ]);
    expect(result).toEqual(x.map((value, i) => value + 2 * (y[i] as number)));
  });

  it.each([length, 700_001])('give %i numbers of a sum to the sums after it, each rounded by itself', (count) => {
    const [a, b] = [gaussianNoise(5, count), gaussianNoise(6, count)];
    const [first, second, third] = [new Float32Array(count), new Float32Array(count), new Float32Array(count)];
    weightedSums([
      {
        result: first,
        terms: [
          [1 / 3, a],
          [2 / 3, b],
        ],
      },
      {
        result: second,
        terms: [
          [0.7, first],
          [0.1, a],
        ],
      },
      {
        result: third,
        terms: [
          [1.1, second],
          [-0.9, first],
          [1e-3, b],
        ],
      },
    ]);
    const expected = Float32Array.from(a, (ai, i) => {
      const bi = b[i] as number;
      const one = Math.fround((1 / 3) * ai + (2 / 3) * bi);
      return 1.1 * Math.fround(0.7 * one + 0.1 * ai) + -0.9 * one + 1e-3 * bi;
    });
    expect(third.every((value, i) => value === expected[i])).toBe(true);
  });

  it.each([
    [2 ** 53 - 1, 0, 1_400_001],
    [0, 0, 700_002],
    [42, 2 ** 32 - 1, 700_003],
    [7, 30, 3],
    [7, 30, 0],
  ])('fill with the noise of seed %i, stream %i: %i numbers of which no bit differs', (seed, stream, count) => {
    const [expected, noise] = [new Float32Array(count), new Float32Array(count + 1).fill(5)];
    inJavaScript.fillWithNoise(expected, seed, stream);
    fillWithNoise(noise.subarray(0, count), seed, stream);
    expect(Buffer.compare(bytesOf(noise.subarray(0, count)), bytesOf(expected))).toBe(0);
    expect(noise[count]).toBe(5);
  });

  it('add up two arrays, their squares and products, in float64', () => {
    const sum = (term: (a: number, b: number) => number) =>
      x.reduce((total, a, i) => total + term(a, y[i] as number), 0);
    expect(momentsOf(x, y)).toEqual({
      x: sum((a) => a),
      y: sum((_, b) => b),
      xx: sum((a) => a * a),
      xy: sum((a, b) => a * b),
      yy: sum((_, b) => b * b),
    });
  });

  it.each([0, 8192, 16_384, 700_001])('add up %i numbers in the same order', (count) => {
    const [a, b] = [gaussianNoise(5, count), gaussianNoise(6, count)];
    expect(momentsOf(a, b)).toEqual(inJavaScript.momentsOf(a, b));
  });

  it('make bytes of pixels, halves to even, clamped', () => {
    const level = (byte: number) => Math.fround((byte / 255 - 0.5) * 2);
    const red = [-1, 1, -7, 7, Number.NaN, Infinity, level(100)];
    const rest = Array.from({ length: 14 }, (_, i) => level(0.5 + i));
    const bytes = rgb24(Float32Array.from([...red, ...rest]));
    expect([0, 1, 2, 3, 4, 5, 6].map((i) => bytes[3 * i])).toEqual([0, 255, 0, 255, 0, 255, 100]);
    expect(bytes).toEqual(inJavaScript.rgb24(Float32Array.from([...red, ...rest])));
    const many = gaussianNoise(7, 300_003);
    expect(Buffer.compare(rgb24(many), inJavaScript.rgb24(many))).toBe(0);
  });

  it.each([Number.NaN, Infinity, -Infinity])('find %s wherever it is', (bad) => {
    expect(allFinite(x)).toBe(true);
    expect(allFinite(Float32Array.of(3.4e38, -3.4e38, 1e-45))).toBe(true);
    for (const at of [0, 17, length - 1]) {
      const spoilt = Float32Array.from(x);
      spoilt[at] = bad;
      expect(allFinite(spoilt)).toBe(false);
    }
    const many = new Float32Array(100_003);
    expect(allFinite(many)).toBe(true);
    for (const at of [0, 50_000, 100_002]) {
      many.fill(0)[at] = bad;
      expect(allFinite(many)).toBe(false);
    }
  });
});

it.runIf(compiled)('in C++ never reads beyond an array', () => {
  const { weightedSums } = inLibrary(path);
  const terms = [
    [1, x.subarray(0, 8)],
    [1, y.subarray(0, 7)],
  ] as const;
  expect(() => weightedSums([{ result: new Float32Array(8), terms }])).toThrow('arrays of 8 and 7 numbers');
});

it.runIf(compiled)('in C++ leaves threads that end with their process', () => {
  const script = `
    const library = require('koffi').load(process.argv[1]);
    const noise = new Float32Array(700_001);
    library.func('void reelql_gaussian_noise(uint64_t, uint32_t, size_t, float *)')(7, 0, noise.length, noise);
    process.exit(noise[700_000] === 0 ? 1 : 7);`;
  expect(spawnSync(process.execPath, ['-e', script, path], { timeout: 60_000 }).status).toBe(7);
});
