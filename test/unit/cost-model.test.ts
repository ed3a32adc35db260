import { describe, expect, test } from 'vitest';
import { CostModel, type CostUnit } from '../../src/scheduler/cost-model.js';

const step = (size: number, rows = 1, model = 'toy'): CostUnit => {
  return { model, kind: 'step', size, rows, effort: rows * size * 1000 };
};

describe('a measured unit', () => {
  test('is told as it was measured', () => {
    const costs = new CostModel();
    costs.observe(step(720), 0.5);
    const prediction = costs.predict(step(720));
    expect(prediction).toMatchObject({ basis: 'MEASURED', samples: 1 });
    expect(prediction?.seconds).toBeCloseTo(0.5, 12);
  });

  test('follows a machine that gets slower', () => {
    const costs = new CostModel();
    for (let i = 0; i < 20; i++) costs.observe(step(720), 0.5);
    for (let i = 0; i < 10; i++) costs.observe(step(720), 1);
    expect(costs.seconds(step(720))).toBeGreaterThan(0.95);
    expect(costs.seconds(step(720))).toBeLessThanOrEqual(1);
  });

  test('does not keep what its first run took to prepare', () => {
    const costs = new CostModel();
    costs.observe(step(720), 5);
    costs.observe(step(720), 0.5);
    expect(costs.seconds(step(720))).toBeCloseTo(0.5, 12);
  });

  test('is moved little by one stall', () => {
    const costs = new CostModel();
    for (let i = 0; i < 10; i++) costs.observe(step(720), 1);
    costs.observe(step(720), 10);
    expect(costs.seconds(step(720))).toBeLessThan(2);
  });

  test('is told the more closely the less it varies', () => {
    const steady = new CostModel();
    const noisy = new CostModel();
    for (let i = 0; i < 40; i++) {
      steady.observe(step(720), 1 + 0.01 * (i % 2));
      noisy.observe(step(720), 1 + 0.5 * (i % 2));
    }
    const width = (costs: CostModel) => {
      const { lowSeconds = 0, highSeconds = 0 } = costs.predict(step(720)) ?? {};
      return highSeconds / lowSeconds;
    };
    expect(width(steady)).toBeLessThan(1.1);
    expect(width(noisy)).toBeGreaterThan(1.5);
  });

  test('that took no time, or none that can be, or had nothing to do, teaches nothing', () => {
    const costs = new CostModel();
    for (const seconds of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) costs.observe(step(720), seconds);
    costs.observe({ ...step(720), effort: 0 }, 1);
    expect(costs.cells).toEqual([]);
  });
});

describe('a unit that has not run', () => {
  const costs = new CostModel();
  costs.observe(step(100), 1);
  costs.observe(step(1000), 20);

  test('lies between its neighbours, evenly in the logarithms', () => {
    expect(costs.predict(step(Math.sqrt(100 * 1000)))).toMatchObject({ basis: 'INTERPOLATED' });
    expect(costs.seconds(step(Math.sqrt(100 * 1000)))).toBeCloseTo(Math.sqrt(20), 9);
  });

  test('beyond them follows the arithmetic', () => {
    const attention: CostUnit = { ...step(2000), effort: 3 * step(1000).effort };
    expect(costs.seconds(attention)).toBeCloseTo(60, 9);
    expect(costs.seconds(step(50))).toBeCloseTo(0.5, 9);
  });

  test('is known the less, the further away it is', () => {
    const width = (size: number) => {
      const { lowSeconds = 0, highSeconds = 0 } = costs.predict(step(size)) ?? {};
      return highSeconds / lowSeconds;
    };
    expect(width(1000)).toBeLessThan(width(1500));
    expect(width(1500)).toBeLessThan(width(10_000));
  });

  test('has rows that cost their part each', () => {
    expect(costs.seconds(step(100, 4))).toBeCloseTo(4, 9);
  });

  test('of a model that has not run takes the device’s rate from one that has', () => {
    const other = { ...step(720, 1, 'wan'), effort: 7 * step(1000).effort };
    const prediction = costs.predict(other);
    expect(prediction?.basis).toBe('MODELED');
    expect(prediction?.seconds).toBeGreaterThan(7);
    expect(prediction?.seconds).toBeLessThan(7 * 20 * 1.01);
  });
});

test('nothing is known of a device that has run nothing, except its nominal rate', () => {
  expect(new CostModel().predict(step(100))).toBeNull();
  const prediction = new CostModel(() => 50_000).predict(step(100));
  expect(prediction).toMatchObject({ basis: 'MODELED', samples: 0 });
  expect(prediction?.seconds).toBeCloseTo(2, 12);
});

describe('a batch', () => {
  const costs = new CostModel();
  costs.observe(step(100, 2), 1);
  costs.observe(step(100, 4), 1.25);

  test('is compared with its parts in turn', () => {
    expect(costs.speedup(step(100, 4), [2, 2])).toBeCloseTo(1.6, 9);
  });

  test('that has never run, or whose parts have not, promises nothing', () => {
    expect(costs.speedup(step(100, 8), [4, 4])).toBeNull();
    expect(costs.speedup(step(100, 4), [1, 3])).toBeNull();
    expect(costs.speedup(step(200, 4), [2, 2])).toBeNull();
    expect(costs.samples(step(100, 8))).toBe(0);
    expect(costs.samples(step(100, 4))).toBe(1);
  });
});

test('what it knows can be put into another', () => {
  const costs = new CostModel();
  for (let i = 0; i < 5; i++) costs.observe(step(100), 1 + i / 10);
  const other = new CostModel();
  for (const cell of JSON.parse(JSON.stringify(costs.cells))) other.restore(cell);
  expect(other.predict(step(100))).toEqual(costs.predict(step(100)));
});

test('of many sizes it keeps those seen last', () => {
  const costs = new CostModel();
  for (let size = 1; size <= 200; size++) {
    costs.observe(step(size), size);
    costs.observe(step(1), 1);
  }
  expect(costs.cells.length).toBeLessThanOrEqual(64);
  expect(costs.samples(step(1))).toBeGreaterThan(100);
  expect(costs.samples(step(2))).toBe(0);
});
