import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readPicture } from '../../inference/pipeline/image.js';
import { PictureError } from '../../inference/pipeline/picture-error.js';
import { pixelsOf, rgb24 } from '../../inference/pipeline/pixels.js';
import { floats, readReference, shape } from '../support/reference.js';

const ref = fileURLToPath(new URL('../fixtures/wan-micro-set/ref/', import.meta.url));

describe('rgb24', () => {
  it.each(['t2v_cfg5', 't2v_nocfg', 't2v_euler', 'i2v_cfg5'])('makes the bytes of the reference: %s', async (name) => {
    const reference = await readReference(`e2e_${name}.safetensors`);
    const [, frames, , height, width] = shape(reference, 'frames') as [number, number, number, number, number];
    const brightness = floats(reference, 'frames'); // [1, frames, 3, height, width] in 0..1
    const data = new Float32Array(brightness.length);
    const area = height * width;
    for (let t = 0; t < frames; t++) {
      for (let c = 0; c < 3; c++) {
        for (let i = 0; i < area; i++) {
          data[(c * frames + t) * area + i] = (brightness[(t * 3 + c) * area + i] as number) * 2 - 1;
        }
      }
    }
    const chunk = { data, frames, height, width };
    const expected = (rounding: string) => Buffer.from(reference.get(`frames_u8_${rounding}`)?.data as Uint8Array);
    expect(Buffer.from(rgb24(chunk)).equals(expected('round'))).toBe(true);
    expect(Buffer.from(rgb24(chunk, 'floor')).equals(expected('trunc'))).toBe(true);
  });

  it('clamps, rounds halves to even and gives black for what is no number', () => {
    const half = (level: number) => (level + 0.5) / 127.5 - 1;
    const data = Float32Array.of(-7, half(2), NaN, 7, -1, 1);
    expect([...rgb24({ data, frames: 1, height: 1, width: 2 })]).toEqual([0, 0, 0, 2, 255, 255]);
    expect(() => rgb24({ data, frames: 2, height: 1, width: 2 })).toThrow('6 numbers for pixels of [3, 2, 1, 2]');
  });

  it('gives back the bytes that pixels were made of', () => {
    const bytes = Uint8Array.from({ length: 768 }, (_, i) => i);
    expect(rgb24(pixelsOf(bytes, 16, 16))).toEqual(bytes);
  });
});

describe('readPicture', () => {
  it('resizes like PIL, up to two levels of 255', async () => {
    const reference = await readReference('image_resize.safetensors');
    const expected = floats(reference, 'out.preprocessed_32x64');
    const { data } = await readPicture(await readFile(`${ref}image_src_70x50.png`), 64, 32);
    const levels = Float32Array.from(data, (value, i) => Math.abs(value - (expected[i] as number)) * 127.5);
    expect(Math.max(...levels)).toBeLessThan(2.01);
    expect(levels.reduce((sum, level) => sum + level) / levels.length).toBeLessThan(0.2);
  });

  it('takes a picture that has the right size as it is', async () => {
    const reference = await readReference('e2e_i2v_cfg5.safetensors');
    const { data, frames } = await readPicture(await readFile(`${ref}e2e_i2v_cfg5_image.png`), 32, 64);
    expect(frames).toBe(1);
    expect(data).toEqual(floats(reference, 'image_preprocessed'));
  });

  it('obeys orientation tags and drops transparency', async () => {
    const pixels = Uint8Array.of(255, 0, 0, 255, 0, 0, 255, 0); // a red pixel, then a blue one that cannot be seen
    const raw = sharp(pixels, { raw: { width: 2, height: 1, channels: 4 } });
    const turned = await raw.withMetadata({ orientation: 3 }).png().toBuffer(); // upside down
    const { data } = await readPicture(turned, 2, 1);
    expect([...data]).toEqual([-1, 1, -1, -1, 1, -1]);
  });

  it('refuses bytes that are no picture', async () => {
    await expect(readPicture(Buffer.from('no picture'), 32, 32)).rejects.toThrow(PictureError);
  });
});
