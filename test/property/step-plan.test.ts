import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type StepPlanSettings, stepRows } from '../../inference/pipeline/step-plan.js';

const interval = fc
  .tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([a, b]) => ({ start: Math.min(a, b), end: Math.max(a, b) }));
const plans: fc.Arbitrary<StepPlanSettings> = fc.record({
  steps: fc.integer({ min: 1, max: 100 }),
  guidanceScale: fc.constantFrom(1, 1.01, 5),
  guidanceInterval: fc.option(interval, { nil: undefined }),
  cacheSteps: fc.integer({ min: 0, max: 3 }),
});

it('a step has two rows with guidance and one without, where nothing is left out', () => {
  expect(stepRows({ steps: 3, guidanceScale: 5 })).toEqual([2, 2, 2]);
  expect(stepRows({ steps: 3, guidanceScale: 1 })).toEqual([1, 1, 1]);
  expect(stepRows({ steps: 3, guidanceScale: 5, guidanceInterval: { start: 0, end: 1 }, cacheSteps: 0 })).toEqual([
    2, 2, 2,
  ]);
});

it('guidance is where diffusers has it: from int(start * N) to int(end * N)', () => {
  const rows = (start: number, end: number) =>
    stepRows({ steps: 10, guidanceScale: 5, guidanceInterval: { start, end } }).join('');
  expect(rows(0.2, 0.7)).toBe('1122222111');
  expect(rows(0.19, 0.79)).toBe('1222222111');
  expect(rows(0, 0.05)).toBe('1111111111');
  fc.assert(
    fc.property(plans, (plan) => {
      const { steps, guidanceScale, guidanceInterval: { start, end } = { start: 0, end: 1 } } = plan;
      const guided = guidanceScale > 1 ? Math.floor(end * steps) - Math.floor(start * steps) : 0;
      const all = stepRows({ ...plan, cacheSteps: 0 });
      expect(all.reduce<number>((sum, rows) => sum + rows, 0)).toBe(steps + guided);
    }),
  );
});

it('whatever is skipped has two computed steps of its kind before it, and the last step is computed', () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const all = stepRows({ ...plan, cacheSteps: 0 });
      const rows = stepRows(plan);
      expect(rows).toHaveLength(plan.steps);
      expect(rows.at(-1)).not.toBe(0);
      let inARow = 0;
      for (const [i, count] of rows.entries()) {
        inARow = count === 0 ? inARow + 1 : 0;
        expect(inARow).toBeLessThanOrEqual(plan.cacheSteps ?? 0);
        if (count > 0) {
          expect(count).toBe(all[i]);
          continue;
        }
        const switched = all.slice(0, i).findLastIndex((other) => other !== all[i]);
        expect(rows.slice(switched + 1, i).filter((other) => other > 0).length).toBeGreaterThanOrEqual(2);
      }
    }),
  );
});

it('the more may be skipped, the fewer rows there are', () => {
  const sums = [0, 1, 2, 3].map((cacheSteps) =>
    stepRows({ steps: 50, guidanceScale: 5, cacheSteps }).reduce<number>((sum, rows) => sum + rows, 0),
  );
  expect(sums[0]).toBe(100);
  for (let i = 1; i < sums.length; i++) expect(sums[i]).toBeLessThan(sums[i - 1] as number);
});
