import sharp from 'sharp';
import { expect, test } from 'vitest';
import { encodePreview, frameDelays, type RgbFrames } from '../../src/video/preview.js';

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
