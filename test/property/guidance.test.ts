import fc from 'fast-check';
import { expect, it } from 'vitest';
import { guided, rescaleFactor } from '../../inference/pipeline/guidance.js';
import { gaussianNoise } from '../../inference/pipeline/noise.js';
import { Sums } from '../../inference/samplers/index.js';

/** Two predictions that have something in common, neither of mean 0. */
const predictions = fc
  .record({
    seed: fc.integer({ min: 0, max: 2 ** 31 }),
    count: fc.integer({ min: 16, max: 300 }),
    common: fc.double({ min: -1, max: 1, noNaN: true }),
    offset: fc.double({ min: -3, max: 3, noNaN: true }),
  })
  .map(({ seed, count, common, offset }) => {
    const conditional = gaussianNoise(seed, count, 0).map((x) => x + offset);
    const other = gaussianNoise(seed, count, 1);
    return { conditional, unconditional: conditional.map((x, i) => common * x + (other[i] as number)) };
  });
const scales = fc.double({ min: 1.01, max: 100, noNaN: true });
const rescales = fc.double({ min: 0, max: 1, noNaN: true });

/** As the paper writes it, two passes over the numbers. */
function deviation(numbers: readonly number[]): number {
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  return Math.sqrt(numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length);
}

it('the factor is that of the deviations, calculated from the guided prediction itself', () => {
  fc.assert(
    fc.property(predictions, scales, rescales, ({ conditional, unconditional }, scale, rescale) => {
      const plain = Array.from(unconditional, (u, i) => u + scale * ((conditional[i] as number) - u));
      const expected = rescale * (deviation([...conditional]) / deviation(plain)) + (1 - rescale);
      expect(rescaleFactor(conditional, unconditional, scale, rescale) / expected).toBeCloseTo(1, 9);
    }),
  );
});

it('fully rescaled, it has the deviation of the conditional prediction; not rescaled, not a bit is other', () => {
  fc.assert(
    fc.property(predictions, scales, ({ conditional, unconditional }, scale) => {
      const sums = new Sums();
      const whole = guided(sums, conditional, unconditional, scale, 1);
      const none = guided(sums, conditional, unconditional, scale, 0);
      sums.compute();
      expect(deviation([...whole]) / deviation([...conditional])).toBeCloseTo(1, 5);
      const plain = conditional.map((x, i) => scale * x + (1 - scale) * (unconditional[i] as number));
      expect(none).toEqual(plain);
    }),
  );
});
