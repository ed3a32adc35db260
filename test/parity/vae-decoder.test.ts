import { describe, expect, it } from 'vitest';
import type { LatentShape, PixelChunk } from '../../inference/pipeline/networks.js';
import { openSession } from '../../inference/runtime/session.js';
import { openVaeDecoder } from '../../inference/runtime/vae-decoder.js';
import { float32 } from '../../inference/tensor.js';
import { vaeConfigSchema } from '../../inference/wan/config.js';
import { singlePassDecoder, unrolledDecoder } from '../../inference/wan/vae/decoder-graphs.js';
import { joinFrames } from '../support/clips.js';
import { component, expectWithin, floats, item, readReference, shape, tolerances } from '../support/reference.js';

const limits = (await tolerances()).vae_decode;
const { weights, config } = await component('wan-micro/vae');
const source = { weights, config: vaeConfigSchema.parse(config) };
const options = { device: { kind: 'CPU' }, threads: 1 } as const;
const cases = ['t1', 't3', 't5', 'b2_t2'];

describe.each(['streaming', 'unrolled', 'single'] as const)('the VAE decoder, %s, against diffusers', (form) => {
  it.each(cases)('gives the pixels of %s', async (name) => {
    const reference = await readReference(`vae/decode_${name}.safetensors`);
    const [rows, channels, frames, height, width] = shape(reference, 'in.latents_normalized') as number[];
    const latents = { channels, frames, height, width } as LatentShape;
    const decoder = await openVaeDecoder(source, { ...options, form });
    try {
      for (let row = 0; row < (rows as number); row++) {
        const chunks: PixelChunk[] = [];
        for await (const chunk of decoder.decode(latents, item(reference, 'in.latents_normalized', row)))
          chunks.push(chunk);
        expect(chunks.map((chunk) => chunk.frames)).toEqual([1, ...Array(latents.frames - 1).fill(4)]);
        expectWithin(joinFrames(chunks), item(reference, 'out.sample', row), limits);
      }
    } finally {
      await decoder.close();
    }
  });
});

describe('graphs with open sizes', () => {
  const graphs = {
    'single pass': () => singlePassDecoder(source, 'float32'),
    'unrolled, frame by frame': () => unrolledDecoder(source, 2, { form: 'frames', compute: 'float32' }),
    'unrolled, 3-D convolutions': () => unrolledDecoder(source, 2, { form: 'tensor', compute: 'float32' }),
    'unrolled, channels last': () =>
      unrolledDecoder(source, 2, { form: 'channelsLast, transposed', compute: 'float32' }),
  };
  it.each(Object.entries(graphs))('decode two rows at once: %s', async (_, graph) => {
    const reference = await readReference('vae/decode_b2_t2.safetensors');
    const session = await openSession(graph(), options);
    try {
      const latents = float32(floats(reference, 'in.latents_normalized'), shape(reference, 'in.latents_normalized'));
      const { pixels } = await session.run({ latents });
      expect(pixels?.dims).toEqual(shape(reference, 'out.sample'));
      expectWithin(pixels?.data as Float32Array, floats(reference, 'out.sample'), limits);
    } finally {
      await session.close();
    }
  });
});

describe('half precision', () => {
  // CUDA's type, here through ONNX Runtime's casts on the CPU: the graph holds together, and sums of squares do not overflow.
  it.each(['tensor', 'channelsLast, transposed'] as const)('stays near the reference: %s', async (form) => {
    const reference = await readReference('vae/decode_t3.safetensors');
    const session = await openSession(unrolledDecoder(source, 3, { form, compute: 'float16' }), options);
    try {
      const latents = float32(floats(reference, 'in.latents_normalized'), shape(reference, 'in.latents_normalized'));
      const { pixels } = await session.run({ latents });
      // diffusers' own fp16 is 0.0081 and 0.0024 away from its fp32 (manifest.json, measured_worst_per_category)
      expectWithin(pixels?.data as Float32Array, floats(reference, 'out.sample'), { max_abs: 8e-3, rel_l2: 2.4e-3 });
    } finally {
      await session.close();
    }
  });
});
