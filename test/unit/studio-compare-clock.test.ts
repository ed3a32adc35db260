import { expect, test } from 'vitest';
import {
  frameAt,
  lengthOf,
  seekTime,
  sought,
  stepped,
  stopped,
  ticked,
} from '../../clients/studio/src/state/compare-clock.js';

const short = { frameCount: 9, fps: 8 };
const long = { frameCount: 33, fps: 16 };
const length = lengthOf([short, long]);

test('runs to the end of the longest and begins again; stands still while stopped', () => {
  expect(length).toBe(33 / 16);
  expect(ticked({ time: 2, playing: true }, 0.1, length).time).toBeCloseTo(2.1 - length);
  expect(ticked({ time: 2, playing: false }, 0.1, length).time).toBe(2);
  expect(lengthOf([])).toBe(0);
  expect(ticked({ time: 0, playing: true }, 1, 0).time).toBe(0);
});

test('a slider stays within the videos', () => {
  expect(sought(stopped, -1, length).time).toBe(0);
  expect(sought(stopped, 99, length).time).toBe(length);
});

test('steps through every frame of the finest and comes round', () => {
  let clock = stopped;
  const seen = Array.from({ length: 33 }, () => {
    const frame = frameAt(clock.time, long);
    clock = stepped(clock, 1, [short, long]);
    return frame;
  });
  expect(seen).toEqual(Array.from({ length: 33 }, (_, frame) => frame));
  expect(frameAt(clock.time, long)).toBe(0);
  expect(frameAt(stepped(stopped, -1, [short, long]).time, long)).toBe(32);
  expect(stepped({ time: 1, playing: true }, 1, [long]).playing).toBe(false);
});

test('a short one waits at its last frame, and every seek lands inside of its frame', () => {
  expect(frameAt(2, short)).toBe(8);
  for (let frame = 0; frame < 33; frame++) {
    expect(Math.floor(seekTime(frame / 16, long) * 16)).toBe(frame);
  }
});
