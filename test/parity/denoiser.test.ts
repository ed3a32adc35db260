import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Denoiser, DenoiserRow, LatentShape, TextEmbedding } from '../../inference/pipeline/networks.js';
import { openDenoiser } from '../../inference/runtime/denoiser.js';
import type { DType } from '../../inference/tensor.js';
import { denoiserConfigSchema } from '../../inference/wan/config.js';
import { rotaryTables } from '../../inference/wan/rope.js';
import { timeFeatures } from '../../inference/wan/timestep.js';
import {
  component,
  distance,
  expectWithin,
  floats,
  item,
  readReference,
  shape,
  tolerances,
} from '../support/reference.js';
import { expectSameBits } from '../support/same-bits.js';

const limits = await tolerances();
const reduced = limits['bf16_or_fp16_weights_against_the_matching_reduced_precision_reference (fp32 compute)'];

async function open(folder: string, compute: DType = 'float32'): Promise<Denoiser> {
  const { weights, config } = await component(`${folder}/transformer`);
  return openDenoiser(
    { weights, config: denoiserConfigSchema.parse(config) },
    { device: { kind: 'CPU' }, threads: 1, compute },
  );
}

/** The rows of a reference case, whose texts are as long as they are: nothing is padded. */
async function readCase(name: string) {
  const tensors = await readReference(`transformer/${name}.safetensors`);
  const [rows, channels, frames, height, width] = shape(tensors, 'in.hidden_states') as [number, ...number[]];
  const [, length, dim] = shape(tensors, 'in.encoder_hidden_states') as [number, number, number];
  const latentShape = { channels, frames, height, width } as LatentShape;
  const batch: DenoiserRow[] = Array.from({ length: rows }, (_, i) => ({
    latents: item(tensors, 'in.hidden_states', i),
    timesteps: item(tensors, 'in.timestep', i),
    text: { data: item(tensors, 'in.encoder_hidden_states', i), length, dim, paddedLength: length },
  }));
  return { tensors, latentShape, batch, expected: floats(tensors, 'out.sample') };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  return Float32Array.from(parts.flatMap((part) => [...part]));
}

describe('the denoiser against diffusers', () => {
  let denoiser: Denoiser;
  beforeAll(async () => {
    denoiser = await open('wan-micro');
  });
  afterAll(() => denoiser.close());

  it.each([
    'b1_scalar_t',
    'b2_two_timesteps',
    'b1_expand_i2v',
    'b2_expand_mixed_fractional',
    'odd_token_grid',
    'odd_hw_floored',
    'wide_grid_t5',
  ])('%s', async (name) => {
    const { latentShape, batch, expected } = await readCase(name);
    expectWithin(joined(await denoiser.denoise(latentShape, batch)), expected, limits.transformer);
  });

  it('single_token, where the timestep is small and the limit tighter', async () => {
    const { latentShape, batch, expected } = await readCase('single_token');
    expectWithin(joined(await denoiser.denoise(latentShape, batch)), expected, { max_abs: 1e-5, rel_l2: 2e-6 });
  });

  it('gives a row by frame what it gives by token', async () => {
    const { latentShape, batch, expected } = await readCase('b1_expand_i2v');
    const [row] = batch as [DenoiserRow];
    const tokens = row.timesteps.length / latentShape.frames;
    const byFrame = { ...row, timesteps: row.timesteps.filter((_, i) => i % tokens === 0) };
    expectWithin(joined(await denoiser.denoise(latentShape, [byFrame])), expected, limits.transformer);
  });

  it('folds zero padding into one key, also where texts of a batch differ in length', async () => {
    const { latentShape, batch } = await readCase('b1_scalar_t');
    const [row] = batch as [DenoiserRow];
    const { dim } = row.text;
    const zeroFrom = (length: number): TextEmbedding => {
      const data = row.text.data.slice().fill(0, length * dim);
      return { data, length: 512, dim, paddedLength: 512 };
    };
    const cut = (length: number): TextEmbedding => ({ data: row.text.data.slice(0, length * dim), length, dim });
    const lengths = [1, 37, 511];
    const folded = await denoiser.denoise(
      latentShape,
      lengths.map((length) => ({ ...row, text: cut(length) })),
    );
    for (const [i, length] of lengths.entries()) {
      const [whole] = await denoiser.denoise(latentShape, [{ ...row, text: zeroFrom(length) }]);
      expectWithin(folded[i] as Float32Array, whole as Float32Array, { max_abs: 2e-5, rel_l2: 4e-6 });
    }
  });

  it('gives a row the same bits whatever rows it is batched with', async () => {
    const { latentShape, batch } = await readCase('b1_scalar_t');
    const [row] = batch as [DenoiserRow];
    const text = { data: row.text.data.slice(0, 3 * row.text.dim), length: 3, dim: row.text.dim };
    const others: DenoiserRow[] = [
      row, // of the same sample, as in guidance
      { ...row, timesteps: Float32Array.of(3) },
      { ...row, timesteps: Float32Array.of(0, 700), text },
      { ...row, latents: row.latents.map((x) => -x) },
    ];
    const [alone] = await denoiser.denoise(latentShape, [{ ...row, text }]);
    for (const count of others.keys()) {
      const batched = await denoiser.denoise(latentShape, [...others.slice(0, count + 1), { ...row, text }]);
      expectSameBits(batched.at(-1), alone as Float32Array);
    }
  });

  it('refuses rows that do not fit, and says what fits', async () => {
    const { latentShape, batch } = await readCase('b1_scalar_t');
    const [row] = batch as [DenoiserRow];
    const refuse = (changes: Partial<DenoiserRow>) =>
      expect(denoiser.denoise(latentShape, [{ ...row, ...changes }])).rejects;
    await refuse({ latents: new Float32Array(5) }).toThrow('a row has 4608 latents, not 5');
    await refuse({ timesteps: new Float32Array(3) }).toThrow('a row has 1, 2 (frames) or 24 (tokens) timesteps, not 3');
    await refuse({ text: { ...row.text, dim: 32 } }).toThrow('text embeddings have 64 features, not 32');
    await refuse({ text: { ...row.text, paddedLength: 500 } }).toThrow('a text of 512 tokens, at most 500 are allowed');
  });
});

describe('the denoiser with bfloat16 weights in two files', () => {
  it.each(['b1_scalar_t', 'b1_expand_i2v'])('%s', async (name) => {
    const denoiser = await open('wan-micro-bf16');
    try {
      const { latentShape, batch } = await readCase(name);
      const references = await readReference('transformer/reduced_precision.safetensors');
      const expected = floats(references, `out.${name}.bf16_weights_fp32_compute`);
      expectWithin(joined(await denoiser.denoise(latentShape, batch)), expected, reduced);
    } finally {
      await denoiser.close();
    }
  });
});

describe('the denoiser in float16, as CUDA runs it', () => {
  it.each(['b1_scalar_t', 'b1_expand_i2v'])('%s stays as close as diffusers in float16', async (name) => {
    const denoiser = await open('wan-micro', 'float16');
    try {
      const { latentShape, batch, expected } = await readCase(name);
      const half = floats(await readReference('transformer/reduced_precision.safetensors'), `out.${name}.fp16_compute`);
      expectWithin(joined(await denoiser.denoise(latentShape, batch)), expected, distance(half, expected));
    } finally {
      await denoiser.close();
    }
  });
});

describe('tables computed outside of the graph', () => {
  it('rotates as diffusers does, for head sizes 32 and 128', async () => {
    const tables = await readReference('tables.safetensors');
    const positions = floats(tables, 'rope_positions');
    for (const headDim of [32, 128]) {
      const across = 2 * Math.floor(headDim / 6);
      const time = headDim - 2 * across;
      const { cos, sin } = rotaryTables(headDim, { frames: Math.max(...positions) + 1, height: 1, width: 1 });
      for (const [ours, theirs] of [
        [cos, floats(tables, `rope_cos_headdim${headDim}`)],
        [sin, floats(tables, `rope_sin_headdim${headDim}`)],
      ] as const) {
        const data = ours.data as Float32Array;
        positions.forEach((position, row) => {
          for (let j = 0; j < time / 2; j++) {
            expect(data[(position * headDim) / 2 + j]).toBe(theirs[row * headDim + 2 * j]);
          }
        });
      }
    }
  });

  it.each([64, 256])('tells the time as diffusers does, %d features', async (width) => {
    const tables = await readReference('tables.safetensors');
    const features = timeFeatures([...floats(tables, 'timesteps')], width).data as Float32Array;
    expectWithin(features, floats(tables, `sinusoid_${width}`), { max_abs: 1e-4, rel_l2: 1e-5 });
  });
});
