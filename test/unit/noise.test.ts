import { describe, expect, it } from 'vitest';
import { philox } from '../../inference/philox-noise.js';
import { gaussianNoise } from '../../inference/pipeline/noise.js';

describe('philox', () => {
  // Known answers of Random123 1.09, kat_vectors, philox4x32 10.
  it.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ] as const)('of counter %j with key %j', (counter, key, expected) => {
    expect(philox(counter, key)).toEqual(expected);
  });
});

describe('gaussianNoise', () => {
  it('is the same for a seed for ever', () => {
    const golden = [
      -0.9701898097991943, 0.19401895999908447, -1.2356207370758057, 1.9239267110824585, -0.07318150997161865,
      0.13913749158382416, -1.106665015220642, 0.3266829550266266,
    ];
    expect([...gaussianNoise(42, 8)]).toEqual(golden);
  });

  it('gives a position its number whatever the length', () => {
    const long = gaussianNoise(7, 1003);
    for (const count of [1, 2, 3, 4, 5, 1000]) expect(gaussianNoise(7, count)).toEqual(long.slice(0, count));
  });

  it('differs by seed, in the upper bits too', () => {
    const first = [0, 1, 2, 2 ** 32, 2 ** 52, 2 ** 53 - 1].map((seed) => gaussianNoise(seed, 1)[0]);
    expect(new Set(first).size).toBe(first.length);
  });

  it('is standard normal', () => {
    const n = 200_000;
    const noise = gaussianNoise(1, n);
    const moment = (k: number) => noise.reduce((sum, z) => sum + z ** k, 0) / n;
    // Four standard errors of each moment: √(Var zᵏ / n).
    expect(Math.abs(moment(1))).toBeLessThan(4 * Math.sqrt(1 / n));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    expect(Math.abs(moment(3))).toBeLessThan(4 * Math.sqrt(15 / n));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / n));
    const within = (limit: number) => noise.filter((z) => Math.abs(z) < limit).length / n;
    expect(within(1)).toBeCloseTo(0.6827, 2);
    expect(within(2)).toBeCloseTo(0.9545, 2);
    expect(noise.every(Number.isFinite)).toBe(true);
  });

  it.each([-1, 0.5, 2 ** 53, NaN])('refuses the seed %d', (seed) => {
    expect(() => gaussianNoise(seed, 4)).toThrow('a seed is a whole number from 0 to 2^53 − 1');
  });
});
