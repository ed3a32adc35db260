import sharp from 'sharp';
import { expect, test } from 'vitest';
import { enlarge } from '../../src/video/enlarge.js';
import { encodePreview, frameDelays, type RgbFrames } from '../../src/video/preview.js';
import { seededRandom } from '../support/random.js';

/** Each picture is one colour. */
function plain(colours: readonly (readonly number[])[], width: number, height: number): RgbFrames {
  const data = Uint8Array.from(colours.flatMap((rgb) => Array.from({ length: width * height }, () => rgb).flat()));
  return { data, count: colours.length, width, height };
}

test('a looping picture of every frame, four times as large', async () => {
  const colours = [
    [200, 20, 20],
    [20, 200, 20],
    [20, 20, 200],
  ] as const;
  const preview = await encodePreview(plain(colours, 16, 10), 7, 16);
  expect(preview).toMatchObject({ step: 7, width: 64, height: 40, frameCount: 3, mimeType: 'image/webp' });
  const { pages, loop, pageHeight, delay } = await sharp(preview.data, { pages: -1 }).metadata();
  expect({ pages, loop, pageHeight, delay }).toEqual({ pages: 3, loop: 0, pageHeight: 40, delay: [63, 250, 250] });
  const { data } = await sharp(preview.data, { pages: -1 }).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  for (const [i, rgb] of colours.entries()) {
    // Edges too: pictures must not bleed into their neighbours.
    for (const row of [0, 39]) {
      const at = (i * 40 + row) * 64 * 3;
      rgb.forEach((value, c) => {
        expect(Math.abs((data[at + c] ?? 0) - value), `picture ${i}, row ${row}, channel ${c}`).toBeLessThan(12);
      });
    }
  }
});

test('a large latent is not made larger than 128 pixels', async () => {
  const preview = await encodePreview(plain([[9, 9, 9]], 52, 30), 1, 24);
  expect([preview.width, preview.height]).toEqual([128, 74]);
  const wide = await encodePreview(plain([[9, 9, 9]], 160, 88), 1, 24);
  expect([wide.width, wide.height]).toEqual([160, 88]);
});

/** One channel of one row of one enlarged picture. */
function rowOf(enlarged: ArrayLike<number>, row: number, width: number): number[] {
  return Array.from({ length: width }, (_, x) => enlarged[(row * width + x) * 3] as number);
}

test('a parabola stays one, where four pixels are known: the centre of a pixel where it was', () => {
  const [width, height] = [16, 10];
  const parabola = (x: number): number => 30 + (x - 5) * (x - 5);
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => parabola(Math.floor(i / 3) % width));
  for (const larger of [64, 39]) {
    const row = rowOf(enlarge({ data, count: 1, width, height }, larger, 25), 12, larger);
    const apart = row.flatMap((value, i) => {
      const x = ((i + 0.5) * width) / larger - 0.5;
      return x >= 1 && x <= width - 2 ? [Math.abs(value - parabola(x))] : [];
    });
    expect(apart.length).toBeGreaterThan(0.75 * larger);
    expect(Math.max(...apart)).toBeLessThan(0.501);
  }
});

test('edges overshoot no byte, and what is enlarged to its own size is what it was', () => {
  const random = seededRandom(5);
  const frames = {
    count: 2,
    width: 13,
    height: 7,
    data: Uint8Array.from({ length: 546 }, () => 255 * Math.round(random())),
  };
  expect(Array.from(enlarge(frames, 13, 7))).toEqual(Array.from(frames.data));
  const mirrored = { ...frames, count: 1, data: frames.data.slice(0, 273).reverse() };
  const straight = enlarge({ ...frames, count: 1 }, 52, 28);
  expect(Array.from(enlarge(mirrored, 52, 28).reverse())).toEqual(Array.from(straight.subarray(0, 52 * 28 * 3)));
  expect([Math.min(...straight), Math.max(...straight)]).toEqual([0, 255]);
});

test('it lasts as long as the video', () => {
  for (const [frames, fps] of [
    [9, 16],
    [8, 15],
    [31, 24],
    [1, 16],
  ] as const) {
    const total = frameDelays(frames, fps).reduce((sum, delay) => sum + delay, 0);
    expect(total).toBe(Math.round((1000 * (1 + 4 * (frames - 1))) / fps));
  }
});
