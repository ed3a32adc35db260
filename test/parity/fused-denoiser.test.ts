import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openDenoiserFolder } from '../../inference/bundle/diffusers-folder.js';
import type { Graph } from '../../inference/graph/graph.js';
import { gaussianNoise } from '../../inference/pipeline/noise.js';
import { openSession } from '../../inference/runtime/session.js';
import { float32, int64, type Tensor } from '../../inference/tensor.js';
import { type DenoiserConfig, denoiserConfigSchema } from '../../inference/wan/config.js';
import { buildDenoiser } from '../../inference/wan/denoiser.js';
import { rotaryTables } from '../../inference/wan/rope.js';
import { copyWithEightBits } from '../bench/gpu/eight-bit-copy.js';
import { expandFused } from '../support/expand-fused.js';
import { microModel } from '../support/mutate-model.js';
import { component, distance } from '../support/reference.js';

afterEach(() => {
  vi.restoreAllMocks();
});

async function velocityOf(graph: Graph, feeds: Record<string, Tensor>): Promise<Float32Array> {
  const session = await openSession(graph, { device: { kind: 'CPU' }, threads: 1 });
  try {
    return (await session.run(feeds)).velocity?.data as Float32Array;
  } finally {
    await session.close();
  }
}

/** What the denoiser is fed, `groups` timesteps a row. */
function feedsOf(config: DenoiserConfig, groups: number): Record<string, Tensor> {
  const [samples, rows, keys] = [2, 3, 5];
  const grid = { frames: 2, height: 2, width: 3 };
  const noise = (seed: number, ...dims: number[]) =>
    float32(
      gaussianNoise(
        seed,
        dims.reduce((a, b) => a * b),
      ),
      dims,
    );
  const { cos, sin } = rotaryTables(config.headDim, grid);
  return {
    latents: noise(1, samples, config.inChannels, grid.frames, 2 * grid.height, 2 * grid.width),
    sample: int64([1, 0, 1]),
    time: noise(2, 4, config.freqDim),
    selector: int64(Array.from({ length: samples * groups }, (_, i) => (3 * i) % 4)),
    text: noise(3, rows, keys, config.textDim),
    text_bias: noise(4, rows, 1, 1, keys),
    cos,
    sin,
  };
}

describe('the graph of fused operators', () => {
  it.each([
    ['one timestep a row', 1],
    ['a timestep a frame', 2],
  ])('says what the plain one says, with %s', async (_, groups) => {
    const { weights, config: raw } = await component('wan-micro/transformer');
    const config = denoiserConfigSchema.parse(raw);
    const feeds = feedsOf(config, groups);
    const plain = await velocityOf(buildDenoiser(weights, config), feeds);
    const met = expandFused();
    const fused = await velocityOf(buildDenoiser(weights, config, 'float32', { fused: true }), feeds);
    const { layers } = config;
    // Three gaps between products, the rotated queries and keys, those of cross-attention, the layer before the GELU.
    expect(met).toEqual({
      GateAddNorm: 3 * layers,
      BiasRmsNormRotate: 2 * layers,
      BiasRmsNorm: 2 * layers,
      GeluProduct: layers,
    });
    expect(distance(fused, plain).rel_l2).toBeLessThan(1e-6);
  });

  it('rounds tokens to 8 bits before matrices that are stored so', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'reelql-eight-bits-'));
    try {
      await copyWithEightBits(microModel, join(folder, 'model'));
      const { config, weights } = await openDenoiserFolder(join(folder, 'model'));
      const feeds = feedsOf(config, 1);
      const plain = await velocityOf(buildDenoiser(weights.source, config), feeds);
      const met = expandFused();
      const fused = await velocityOf(buildDenoiser(weights.source, config, 'float32', { fused: true }), feeds);
      const { layers } = config;
      expect(met).toEqual({
        EightBitProduct: 10 * layers,
        // Where attention ends, twice a block; the first block's tokens, and the text that all blocks read.
        QuantizeRows: 2 * layers + 2,
        // But the last, whose projection is in fp16.
        GateAddNormRounded: 3 * layers - 1,
        GateAddNorm: 1,
        BiasGeluRounded: layers,
        BiasRmsNormRotate: 2 * layers,
        BiasRmsNorm: 2 * layers,
      });
      const { rel_l2 } = distance(fused, plain);
      expect(rel_l2).toBeLessThan(0.05);
      expect(rel_l2).toBeGreaterThan(1e-3);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
