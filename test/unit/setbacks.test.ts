import { expect, test } from 'vitest';
import { UnitFailed } from '../../src/scheduler/failures.js';
import { Setbacks } from '../../src/scheduler/setbacks.js';

const lost = new UnitFailed('DEVICE_LOST', 'It was killed.');
const outOfMemory = new UnitFailed('OUT_OF_MEMORY', 'There is not enough.');

/** How often it is counted before it is thrown. */
function patience(count: (time: number) => void): number {
  for (let time = 1; ; time++) {
    try {
      count(time);
    } catch {
      return time;
    }
  }
}

test('what happens at one step again and again is given up', () => {
  const setbacks = new Setbacks();
  expect(patience(() => setbacks.count(outOfMemory, 5))).toBe(3);
  setbacks.progress();
  expect(patience(() => setbacks.count(lost, 5))).toBe(5);
});

test('losses here and there are not one and the same, and yet have an end', () => {
  const setbacks = new Setbacks();
  expect(patience((time) => setbacks.count(lost, time % 4))).toBe(12);
});

test('each kind of failure has its own count, and progress clears them all', () => {
  const setbacks = new Setbacks();
  for (let i = 0; i < 20; i++) {
    for (const error of [lost, outOfMemory, lost, outOfMemory]) setbacks.count(error, 5);
    expect(setbacks.alone).toBe(true);
    setbacks.progress();
    expect(setbacks.alone).toBe(false);
  }
});

test('what went wrong in a batch may be the others’ fault: the first time costs only the company', () => {
  const setbacks = new Setbacks();
  setbacks.count(new UnitFailed('NUMERIC_OVERFLOW', 'NaN', 'NaN', { shared: true, lost: false }), 5);
  expect(setbacks.alone).toBe(true);
  expect(() => setbacks.count(new UnitFailed('NUMERIC_OVERFLOW', 'NaN'), 5)).toThrow('NaN');
});
