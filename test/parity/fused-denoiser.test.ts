import { afterEach, describe, expect, it, vi } from 'vitest';
import { customDomain, Graph, type NodeOptions, type Value } from '../../inference/graph/graph.js';
import * as op from '../../inference/graph/ops.js';
import { gaussianNoise } from '../../inference/pipeline/noise.js';
import { openSession } from '../../inference/runtime/session.js';
import { float32, int64, type Tensor } from '../../inference/tensor.js';
import { type DenoiserConfig, denoiserConfigSchema } from '../../inference/wan/config.js';
import { buildDenoiser } from '../../inference/wan/denoiser.js';
import { rotaryTables } from '../../inference/wan/rope.js';
import { component, distance } from '../support/reference.js';

afterEach(() => {
  vi.restoreAllMocks();
});

/** What each fused operator is defined to be, in operators that a CPU has. */
function expansions({ width, heads, eps }: DenoiserConfig): Record<string, (...inputs: Value[]) => Value[]> {
  const vectors = (v: Value) => op.reshape(v, [-1, 1, width]);
  /** f of tokens that are grouped as the vectors are. */
  const byGroup = (tokens: Value, v: Value, f: (grouped: Value) => Value): Value => {
    const grouped = op.concat([op.dim(vectors(v), 0), op.ints(v.graph, [-1, width])], 0);
    return op.reshapeTo(f(op.reshapeTo(tokens, grouped)), op.shape(tokens));
  };
  const biasRmsNorm = (x: Value, bias: Value, weight: Value) => op.rmsNorm(op.add(x, bias), weight, eps);
  return {
    BiasRmsNorm: (x, bias, weight) => [biasRmsNorm(x as Value, bias as Value, weight as Value)],
    BiasRmsNormRotate: (x, bias, weight, cos, sin) => [
      op.rotaryEmbedding(biasRmsNorm(x as Value, bias as Value, weight as Value), cos as Value, sin as Value, heads),
    ],
    BiasGelu: (x, bias) => [op.geluTanh(op.add(x as Value, bias as Value))],
    GateAddNorm: (...inputs) => {
      const [x, y, bias, gate, scale, shift] = inputs as [Value, Value, Value, Value, Value, Value];
      const gated = byGroup(op.add(y, bias), gate, (tokens) => op.mul(tokens, vectors(gate)));
      const sum = op.add(x, gated);
      const norm = (tokens: Value) => op.layerNorm(tokens, vectors(scale), vectors(shift), eps);
      return [sum, byGroup(sum, scale, norm)];
    },
  };
}

/** Has every graph built from now on write fused operators out. @returns how many it has met of each */
function expandFused(config: DenoiserConfig): Map<string, number> {
  const met = new Map<string, number>();
  const plain = Graph.prototype.nodeWithOutputs;
  vi.spyOn(Graph.prototype, 'nodeWithOutputs').mockImplementation(function (
    this: Graph,
    opType: string,
    inputs: readonly (Value | null)[],
    options: NodeOptions,
  ) {
    if (options.domain !== customDomain) return plain.call(this, opType, inputs, options);
    met.set(opType, (met.get(opType) ?? 0) + 1);
    if (opType !== 'BiasGelu') expect(options.attributes).toEqual({ epsilon: { float: config.eps } });
    return (expansions(config)[opType] as (...inputs: Value[]) => Value[])(...(inputs as Value[]));
  });
  return met;
}

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
    const met = expandFused(config);
    const fused = await velocityOf(buildDenoiser(weights, config, 'float32', { fused: true }), feeds);
    const { layers } = config;
    // Three gaps between products, the rotated queries and keys, those of cross-attention.
    expect(Object.fromEntries(met)).toEqual({
      GateAddNorm: 3 * layers,
      BiasRmsNormRotate: 2 * layers,
      BiasRmsNorm: 2 * layers,
      BiasGelu: layers,
    });
    expect(distance(fused, plain).rel_l2).toBeLessThan(1e-6);
  });
});
