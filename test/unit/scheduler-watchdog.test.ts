import { expect, test } from 'vitest';
import { defaultWatchdog, loadDeadlineMs } from '../../src/scheduler/watchdog.js';

test.each([
  ['the toy, known or not', 30e6, null, 31.5],
  ['the toy, loaded before', 30e6, 0.5, 31.5],
  ['10 GB for the first time', 10e9, null, 530],
  ['10 GB from the page cache', 10e9, 3, 530],
  ['10 GB, slowly before', 10e9, 300, 1200],
  ['never more than any unit', 100e9, null, 1800],
])('what loading may take: %s', (_, bytes, expected, seconds) => {
  expect(loadDeadlineMs(bytes, expected, defaultWatchdog) / 1000).toBeCloseTo(seconds);
});
