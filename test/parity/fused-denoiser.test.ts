import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Graph } from '../../inference/graph/graph.js';
import { gaussianNoise } from '../../inference/pipeline/noise.js';
import { openSession } from '../../inference/runtime/session.js';
import { float32, int64, type Tensor } from '../../inference/tensor.js';
import { denoiserConfigSchema } from '../../inference/wan/config.js';
import { buildDenoiser } from '../../inference/wan/denoiser.js';
import { rotaryTables } from '../../inference/wan/rope.js';
import { expandFused } from '../support/expand-fused.js';
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

describe('the graph of fused operators', () => {
  it.each([
    ['one timestep a row', 1],
    ['a timestep a frame', 2],
  ])('says what the plain one says, with %s', async (_, groups) => {
    const { weights, config: raw } = await component('wan-micro/transformer');
    const config = denoiserConfigSchema.parse(raw);
    const [rows, keys] = [3, 5];
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
    const feeds = {
      latents: noise(1, 2, config.inChannels, grid.frames, 2 * grid.height, 2 * grid.width),
      sample: int64([1, 0, 1]),
      time: noise(2, 4, config.freqDim),
      selector: int64(Array.from({ length: rows * groups }, (_, i) => (3 * i) % 4)),
      text: noise(3, rows, keys, config.textDim),
      text_bias: noise(4, rows, 1, 1, keys),
      cos,
      sin,
    };
    const plain = await velocityOf(buildDenoiser(weights, config), feeds);
    const met = expandFused();
    const fused = await velocityOf(buildDenoiser(weights, config, 'float32', { fused: true }), feeds);
    const { layers } = config;
    // Three gaps between products, the rotated queries and keys, those of cross-attention.
    expect(met).toEqual({
      GateAddNorm: 3 * layers,
      BiasRmsNormRotate: 2 * layers,
      BiasRmsNorm: 2 * layers,
      BiasGelu: layers,
    });
    expect(distance(fused, plain).rel_l2).toBeLessThan(1e-6);
  });
});
