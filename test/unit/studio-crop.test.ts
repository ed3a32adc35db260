import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cropOfAspect, fitted, moved, resized } from '../../clients/studio/src/state/crop.js';
import { memoryParts } from '../../clients/studio/src/state/memory-parts.js';
import { outputIssues } from '../../src/video/outputs.js';

const frame = { width: 256, height: 160 };

test('whatever is dragged, the server takes it', () => {
  const number = fc.double({ min: -500, max: 500, noNaN: true });
  const rules = { ...frame, frameCount: 33, fps: 16 };
  const accepted = (crop: ReturnType<typeof fitted>) =>
    expect(outputIssues({ formats: ['MP4_H264'], crop, subtitles: [] }, rules)).toEqual([]);
  fc.assert(
    fc.property(number, number, number, number, number, number, (x, y, width, height, dx, dy) => {
      const crop = fitted({ x, y, width, height }, frame);
      for (const one of [crop, moved(crop, dx, dy, frame), resized(crop, dx, dy, frame)]) accepted(one);
    }),
  );
  for (const aspect of [16 / 9, 1, 9 / 16]) accepted(cropOfAspect(aspect, frame, null));
});

test('the largest of its shape, in the middle; moving keeps the size, resizing the corner', () => {
  const square = cropOfAspect(1, frame, null);
  expect(square).toEqual({ x: 48, y: 0, width: 160, height: 160 });
  expect(moved(square, 1000, 0, frame)).toEqual({ ...square, x: 96 });
  expect(resized(square, -60, -30, frame)).toEqual({ x: 48, y: 0, width: 100, height: 130 });
  expect(cropOfAspect(1, frame, { x: 0, y: 0, width: 40, height: 40 }).x).toBe(0);
});

test('the parts of a memory fill it; none is below nothing where others took what was planned with', () => {
  const memory = { weightsBytes: 10, activationsBytes: 20, headroomBytes: 5, othersBytes: null };
  const bytesOf = (parts: ReturnType<typeof memoryParts>) => parts.map(({ bytes }) => bytes);
  expect(bytesOf(memoryParts({ totalBytes: 100, memory }))).toEqual([10, 20, 5, 0, 65]);
  expect(bytesOf(memoryParts({ totalBytes: 100, memory: { ...memory, othersBytes: 90 } }))).toEqual([10, 20, 5, 90, 0]);
});
