import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PeakUnit } from '../../src/scheduler/memory-model.js';
import { PeakModel } from '../../src/scheduler/peak-model.js';

const unit = (size: number): PeakUnit => ({ model: 'm', component: 'denoiser', size, modeledBytes: 1 });
const sizes = fc.integer({ min: 1, max: 100_000 });
const runs = fc.uniqueArray(fc.record({ size: sizes, bytes: fc.integer({ min: 0, max: 2 ** 40 }) }), {
  selector: ({ size }) => size,
  minLength: 1,
  maxLength: 20,
});
const learned = (measured: readonly { readonly size: number; readonly bytes: number }[]): PeakModel => {
  const peaks = new PeakModel();
  for (const { size, bytes } of measured) peaks.observe(unit(size), bytes);
  return peaks;
};
const check = <T>(arbitrary: fc.Arbitrary<T>, property: (value: T) => void): void =>
  fc.assert(fc.property(arbitrary, property), { numRuns: 2000 });

test('nothing that was measured is predicted to need less', () => {
  check(runs, (measured) => {
    const peaks = learned(measured);
    for (const { size, bytes } of measured) expect(peaks.predict(unit(size)).bytes).toBeGreaterThanOrEqual(bytes);
  });
});

test('more is predicted to need as much at least', () => {
  check(fc.tuple(runs, sizes, sizes), ([measured, a, b]) => {
    const peaks = learned(measured);
    const [less, more] = [peaks.predict(unit(Math.min(a, b))), peaks.predict(unit(Math.max(a, b)))];
    expect(less.bytes).toBeLessThanOrEqual(more.bytes * (1 + 1e-9));
  });
});

test('what it knows can be put into another', () => {
  check(fc.tuple(runs, sizes), ([measured, size]) => {
    const peaks = learned(measured);
    const other = new PeakModel();
    for (const cell of JSON.parse(JSON.stringify(peaks.cells))) other.restore(cell);
    expect(other.predict(unit(size))).toEqual(peaks.predict(unit(size)));
  });
});
