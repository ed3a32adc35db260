import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VaeEncoder } from '../../inference/pipeline/networks.js';
import { openVaeEncoder } from '../../inference/runtime/vae-encoder.js';
import { vaeConfigSchema } from '../../inference/wan/config.js';
import { component, expectWithin, floats, item, readReference, shape, tolerances } from '../support/reference.js';

const limits = (await tolerances()).vae_encode;
let encoder: VaeEncoder;

beforeAll(async () => {
  const { weights, config } = await component('wan-micro/vae');
  const source = { weights, config: vaeConfigSchema.parse(config) };
  encoder = await openVaeEncoder(source, { device: { kind: 'CPU' }, threads: 1 });
});
afterAll(() => encoder.close());

describe('the VAE encoder against diffusers', () => {
  it.each(['f1', 'f5', 'f9', 'b2_f5'])('gives the normalised mean of %s', async (name) => {
    const reference = await readReference(`vae/encode_${name}.safetensors`);
    const [rows, , frames, height, width] = shape(reference, 'in.video') as [number, number, number, number, number];
    for (let row = 0; row < rows; row++) {
      const { latents, shape: found } = await encoder.encode({
        data: item(reference, 'in.video', row),
        frames,
        height,
        width,
      });
      expect([found.channels, found.frames, found.height, found.width]).toEqual(
        shape(reference, 'out.normalized_mean').slice(1),
      );
      expectWithin(latents, item(reference, 'out.normalized_mean', row), limits);
    }
  });

  it('leaves out frames beyond 4n + 1', async () => {
    const reference = await readReference('vae/encode_f5.safetensors');
    const [, , frames, height, width] = shape(reference, 'in.video') as [number, number, number, number, number];
    const video = floats(reference, 'in.video');
    const area = height * width;
    const longer = new Float32Array(3 * (frames + 3) * area).fill(0.7);
    for (let c = 0; c < 3; c++)
      longer.set(video.subarray(c * frames * area, (c + 1) * frames * area), c * (frames + 3) * area);
    const { latents } = await encoder.encode({ data: longer, frames: frames + 3, height, width });
    expectWithin(latents, floats(reference, 'out.normalized_mean'), limits);
  });

  it('refuses sizes that are no multiples of 16', async () => {
    const pixels = { data: new Float32Array(3 * 16 * 24), frames: 1, height: 24, width: 16 };
    await expect(encoder.encode(pixels)).rejects.toThrow('cannot encode 1 frames of 16x24 pixels');
  });
});
