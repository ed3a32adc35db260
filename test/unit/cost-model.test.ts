import { expect, test } from 'vitest';
import { CostModel } from '../../src/scheduler/cost-model.js';

test('knows nothing of what has not run', () => {
  const costs = new CostModel();
  costs.observe('toy', 'step', 720, 0.5);
  expect(costs.seconds('toy', 'decode', 720)).toBeNull();
  expect(costs.seconds('wan', 'step', 720)).toBeNull();
});

test('tells what it measured, and follows a machine that gets slower', () => {
  const costs = new CostModel();
  costs.observe('toy', 'step', 720, 0.5);
  expect(costs.seconds('toy', 'step', 720)).toBe(0.5);
  for (let i = 0; i < 10; i++) costs.observe('toy', 'step', 720, 1);
  expect(costs.seconds('toy', 'step', 720)).toBeGreaterThan(0.95);
});

test('takes other sizes in proportion from the nearest', () => {
  const costs = new CostModel();
  costs.observe('toy', 'step', 100, 1);
  costs.observe('toy', 'step', 1000, 20);
  expect(costs.seconds('toy', 'step', 200)).toBe(2);
  expect(costs.seconds('toy', 'step', 2000)).toBe(40);
});
