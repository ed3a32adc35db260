import type { WeightSource } from '../bundle/weights.js';
import { Graph, type Value } from '../graph/graph.js';
import {
  cast,
  concat,
  dim,
  expandTo,
  gather,
  geluTanh,
  ints,
  linear,
  reshapeTo,
  silu,
  unsqueeze,
} from '../graph/ops.js';
import type { DType } from '../tensor.js';
import type { DenoiserConfig } from './config.js';
import { patchify, unpatchify } from './patches.js';
import { block, type Context, firstLayers, type Network } from './transformer/block.js';
import { FusedGaps, PlainGaps, type Stream } from './transformer/gaps.js';
import { FusedLayers, kernel, Layers, project } from './transformer/layers.js';
import { modulateBlock, modulateOutput } from './transformer/modulation.js';

/**
 * The diffusion transformer of Wan2.2: predicts the flow velocity of every 2×2 patch of noisy latents.
 * Source: Wan Team 2025, "Wan: Open and Advanced Large-Scale Video Generative Models", §4.2; diffusers transformer_wan.py.
 *
 * | input     | type    | shape                                      |                                                              |
 * |-----------|---------|--------------------------------------------|--------------------------------------------------------------|
 * | latents   | float32 | [samples, channels, frames, height, width] | noisy, height and width even                                 |
 * | sample    | int64   | [rows]                                     | which latents each row has: both rows of guidance the same   |
 * | time      | float32 | [moments, freqDim]                         | features of the distinct timesteps, see `timeFeatures`       |
 * | selector  | int64   | [rows·groups]                              | the moment of each group; groups divides the tokens of a row |
 * | cos, sin  | float32 | [tokens, headDim / 2]                      | see `rotaryTables`                                           |
 * | text      | float32 | [rows, keys, textDim]                      | see `foldPadding`                                            |
 * | text_bias | float32 | [rows, 1, 1, keys]                         | added to the scores of cross-attention                       |
 *
 * Output: velocity float32 [rows, channels, frames, height, width].
 *
 * One graph serves every form of timestep. A row falls into groups of consecutive tokens that share a timestep: one group
 * where a row has one timestep, a group a frame for image-to-video (0 on the first), a group a token in general. Norms see
 * [rows·groups, tokens / groups, width], attention [rows, tokens, width]; both are the same bytes.
 *
 * `weights.compute` half precision keeps in float32 what diffusers keeps: the time embedding, the modulation tables, the rotary
 * tables, the insides of the norms, latents in and out.
 *
 * `fused`, in float16 on CUDA: operators of our own between the matrix products (transformer/gaps.ts), and for some of these products
 * (transformer/layers.ts).
 */
export function buildDenoiser(
  weights: WeightSource,
  config: DenoiserConfig,
  compute: DType = 'float32',
  { fused = false }: { readonly fused?: boolean } = {},
): Graph {
  const g = new Graph('denoiser', weights, compute);
  const latents = g.input('latents', 'float32', ['samples', config.inChannels, 'frames', 'height', 'width']);
  const sample = g.input('sample', 'int64', ['rows']);
  const time = g.input('time', 'float32', ['moments', config.freqDim]);
  const selector = g.input('selector', 'int64', ['row_groups']);
  const cos = g.input('cos', 'float32', ['tokens', config.headDim / 2]);
  const sin = g.input('sin', 'float32', ['tokens', config.headDim / 2]);
  const text = g.input('text', 'float32', ['rows', 'keys', config.textDim]);
  const textBias = g.input('text_bias', 'float32', ['rows', 1, 1, 'keys']);

  const patches = gather(cast(patchify(latents, config.inChannels), compute), sample, 0);
  const width = ints(g, [config.width]);
  const shapes = {
    grouped: concat([dim(selector, 0), ints(g, [-1]), width], 0),
    flat: concat([dim(patches, 0), ints(g, [-1]), width], 0),
  };
  const gaps = new (fused ? FusedGaps : PlainGaps)(g, config, shapes);
  const net: Network = { g, config, gaps, layers: new (fused ? FusedLayers : Layers)(g) };

  const { embedding, modulation } = embedTime(net, time, selector);
  const context: Context = {
    text: embedText(g, cast(text, compute)),
    textBias: forEachToken(cast(textBias, compute), patches),
    rotation: gaps.rotation(cos, sin),
  };
  const modulations = Array.from({ length: config.layers }, (_, i) => modulateBlock(g, `blocks.${i}`, modulation));
  const last = modulateOutput(g, unsqueeze(embedding, [1]));

  const x = project(g, 'patch_embedding', patches, [config.width, config.inChannels * 4]);
  let stream: Stream = { x, normed: gaps.normalise(x, modulations[0]?.first ?? last) };
  for (const [i, each] of modulations.entries()) {
    const after = modulations[i + 1];
    const next = after
      ? { norm: after.first, readers: firstLayers(`blocks.${i + 1}`) }
      : { norm: last, readers: ['proj_out'] };
    stream = block(net, `blocks.${i}`, stream, each, next, context);
  }
  const projected = net.layers.project('proj_out', stream.normed);
  const velocity = unpatchify(cast(projected, 'float32'), latents, config.outChannels);
  g.output('velocity', velocity, ['rows', config.outChannels, 'frames', 'height', 'width']);
  return g;
}

/** Time → an embedding [rows·groups, width] and the modulation that all blocks share [rows·groups, 6, width], in float32. */
function embedTime({ g, config }: Network, time: Value, selector: Value): { embedding: Value; modulation: Value } {
  const layer = (name: string, x: Value) =>
    linear(
      x,
      kernel(g, `condition_embedder.${name}`, { as: 'float32' }),
      g.weight(`condition_embedder.${name}.bias`, { as: 'float32' }),
    );
  const embedding = layer('time_embedder.linear_2', silu(layer('time_embedder.linear_1', time))); // [moments, width]
  const modulation = layer('time_proj', silu(embedding)); // [moments, 6·width]
  return {
    embedding: gather(embedding, selector, 0),
    modulation: reshapeTo(gather(modulation, selector, 0), ints(g, [-1, 6, config.width])),
  };
}

/** The bias of keys for every query: the attention kernels do not broadcast over queries. */
function forEachToken(bias: Value, patches: Value): Value {
  const g = bias.graph;
  return expandTo(bias, concat([ints(g, [1, 1]), dim(patches, 1), ints(g, [1])], 0));
}

/** [rows, keys, textDim] → [rows, keys, width] */
function embedText(g: Graph, text: Value): Value {
  const hidden = project(g, 'condition_embedder.text_embedder.linear_1', text);
  return project(g, 'condition_embedder.text_embedder.linear_2', geluTanh(hidden));
}
