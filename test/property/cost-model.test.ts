import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CostModel, type CostUnit } from '../../src/scheduler/cost-model.js';

const flops = (tokens: number): number => tokens * 1e6 + tokens * tokens * 300;
const step = (size: number, rows = 1): CostUnit => {
  return { model: 'm', kind: 'step', size, rows, effort: rows * flops(size) };
};
const sizes = fc.integer({ min: 1, max: 100_000 });
const seconds = fc.double({ min: 1e-4, max: 1e4, noNaN: true });
const rows = fc.integer({ min: 1, max: 8 });
/** Of different sizes, and the larger the slower. */
const curves = fc
  .tuple(fc.uniqueArray(sizes, { minLength: 1, maxLength: 10 }), fc.array(seconds, { minLength: 10, maxLength: 10 }))
  .map(([measured, times]) => {
    const sorted = [...times].sort((a, b) => a - b);
    return measured.sort((a, b) => a - b).map((size, i) => ({ size, seconds: sorted[i] as number }));
  });

function learned(curve: readonly { readonly size: number; readonly seconds: number }[]): CostModel {
  const costs = new CostModel();
  for (const { size, seconds } of curve) costs.observe(step(size), seconds);
  return costs;
}

const check = <T>(arbitrary: fc.Arbitrary<T>, property: (value: T) => void): void =>
  fc.assert(fc.property(arbitrary, property), { numRuns: 2000 });

test('exact at measured sizes', () => {
  check(curves, (curve) => {
    const costs = learned(curve);
    for (const { size, seconds } of curve) {
      expect(costs.seconds(step(size)) as number).toBeCloseTo(seconds, 6);
      expect(costs.predict(step(size))?.basis).toBe('MEASURED');
    }
  });
});

test('where more took longer, more is predicted to take longer', () => {
  check(fc.tuple(curves, sizes, sizes), ([curve, a, b]) => {
    const costs = learned(curve);
    const [less, more] = [costs.seconds(step(Math.min(a, b))), costs.seconds(step(Math.max(a, b)))];
    expect(less).toBeLessThanOrEqual((more as number) * (1 + 1e-9));
  });
});

test('positive, and between its bounds, whatever was measured in whatever order', () => {
  const runs = fc.array(fc.record({ size: sizes, rows, seconds }), { minLength: 1, maxLength: 30 });
  check(fc.tuple(runs, sizes, rows), ([measured, size, count]) => {
    const costs = new CostModel();
    for (const run of measured) costs.observe(step(run.size, run.rows), run.seconds);
    const prediction = costs.predict(step(size, count));
    expect(prediction?.seconds).toBeGreaterThan(0);
    expect(prediction?.lowSeconds).toBeGreaterThan(0);
    expect(prediction?.lowSeconds).toBeLessThanOrEqual(prediction?.seconds as number);
    expect(prediction?.highSeconds).toBeGreaterThanOrEqual(prediction?.seconds as number);
    expect(prediction?.highSeconds).toBeLessThan(Number.POSITIVE_INFINITY);
  });
});

test('a prediction stays within what was measured of this unit', () => {
  check(fc.array(seconds, { minLength: 1, maxLength: 30 }), (measured) => {
    const costs = new CostModel();
    for (const run of measured) costs.observe(step(720), run);
    expect(costs.seconds(step(720))).toBeGreaterThanOrEqual(Math.min(...measured) * (1 - 1e-9));
    expect(costs.seconds(step(720))).toBeLessThanOrEqual(Math.max(...measured) * (1 + 1e-9));
  });
});

test('a batch promises a gain only where it and its parts have run', () => {
  const runs = fc.array(fc.record({ rows, seconds }), { maxLength: 12 });
  check(fc.tuple(runs, rows, rows), ([measured, a, b]) => {
    const costs = new CostModel();
    for (const run of measured) costs.observe(step(720, run.rows), run.seconds);
    const known = (count: number) => measured.some((run) => run.rows === count);
    expect(costs.speedup(step(720, a + b), [a, b]) !== null).toBe(known(a + b) && known(a) && known(b));
  });
});
