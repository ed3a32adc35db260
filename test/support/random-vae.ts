import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectedTensors } from '../../inference/bundle/expected-tensors.js';
import type { TensorLocation, WeightSource } from '../../inference/bundle/weights.js';
import { type VaeConfig, vaeConfigSchema } from '../../inference/wan/config.js';

export interface RandomVae {
  readonly weights: WeightSource;
  readonly config: VaeConfig;
  close(): Promise<void>;
}

export interface RandomVaeOptions {
  readonly baseDim: number;
  readonly decoderBaseDim: number;
  readonly latentChannels: number;
  readonly dimMultipliers?: number[];
  readonly resBlocks?: number;
  readonly seed?: number;
}

/** Uniform numbers in [-1, 1), the same for the same seed (Park and Miller's generator). */
export function uniform(seed: number): () => number {
  let state = (seed % 2147483646) + 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return (state / 2147483647) * 2 - 1;
  };
}

/** A VAE of any width with random weights of sensible size, written to a temporary folder. */
export async function randomVae(options: RandomVaeOptions): Promise<RandomVae> {
  const next = uniform(options.seed ?? 1);
  const config = vaeConfigSchema.parse({
    base_dim: options.baseDim,
    decoder_base_dim: options.decoderBaseDim,
    z_dim: options.latentChannels,
    dim_mult: options.dimMultipliers ?? [1, 2, 4, 4],
    num_res_blocks: options.resBlocks ?? 2,
    temperal_downsample: [false, true, true],
    is_residual: true,
    in_channels: 12,
    out_channels: 12,
    patch_size: 2,
    scale_factor_spatial: 16,
    scale_factor_temporal: 4,
    latents_mean: Array.from({ length: options.latentChannels }, () => next() * 0.3),
    latents_std: Array.from({ length: options.latentChannels }, () => 0.8 + next() * 0.4),
  });
  const folder = await mkdtemp(join(tmpdir(), 'reelql-vae-'));
  const file = 'weights.bin';
  const tensors = new Map<string, TensorLocation>();
  const parts: Float32Array[] = [];
  let offset = 0;
  for (const [name, shape] of expectedTensors.vae(config)) {
    const count = shape.reduce((a, b) => a * b, 1);
    const fanIn = count / (shape[0] as number);
    const data = Float32Array.from({ length: count }, () => {
      if (name.endsWith('gamma')) return 1 + 0.3 * next();
      return name.endsWith('bias') ? 0.1 * next() : (1.9 * next()) / Math.sqrt(fanIn);
    });
    tensors.set(name, { name, dtype: 'float32', shape, file, offset, length: data.byteLength });
    parts.push(data);
    offset += data.byteLength;
  }
  await writeFile(join(folder, file), Buffer.concat(parts.map((p) => Buffer.from(p.buffer))));
  return { weights: { folder, tensors }, config, close: () => rm(folder, { recursive: true }) };
}
