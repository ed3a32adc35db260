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
import { type BeforeText, beforeText, type Context, firstLayers, fromText, type Network } from './transformer/block.js';
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
 * | sample    | int64   | [rows]                                     | which sample each row is of: both rows of guidance the same  |
 * | time      | float32 | [moments, freqDim]                         | features of the distinct timesteps, see `timeFeatures`       |
 * | selector  | int64   | [samples·groups]                           | the moment of each group; groups divides a sample's tokens   |
 * | cos, sin  | float32 | [tokens, headDim / 2]                      | see `rotaryTables`                                           |
 * | text      | float32 | [rows, keys, textDim]                      | see `foldPadding`                                            |
 * | text_bias | float32 | [rows, 1, 1, keys]                         | added to the scores of cross-attention                       |
 *
 * Output: velocity float32 [rows, channels, frames, height, width].
 *
 * Rows of a sample, its latents and its timesteps, differ in their text: what comes before the first attention to it is computed once a
 * sample.
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
  const selector = g.input('selector', 'int64', ['sample_groups']);
  const cos = g.input('cos', 'float32', ['tokens', config.headDim / 2]);
  const sin = g.input('sin', 'float32', ['tokens', config.headDim / 2]);
  const text = g.input('text', 'float32', ['rows', 'keys', config.textDim]);
  const textBias = g.input('text_bias', 'float32', ['rows', 1, 1, 'keys']);

  const patches = cast(patchify(latents, config.inChannels), compute); // [samples, tokens, 4·channels]
  const layers = new (fused ? FusedLayers : Layers)(g);
  const [samples, rows] = [dim(latents, 0), dim(sample, 0)];
  const networkOf = (modulation: Value, batch: Value): Network => {
    const [any, width] = [ints(g, [-1]), ints(g, [config.width])];
    const shapes = { grouped: concat([dim(modulation, 0), any, width], 0), flat: concat([batch, any, width], 0) };
    return { g, config, layers, gaps: new (fused ? FusedGaps : PlainGaps)(g, config, shapes) };
  };
  /** [samples·groups, n, width] → [rows·groups, n, width] */
  const timeOfRows = (ofSamples: Value, n: number): Value => {
    const whole = reshapeTo(ofSamples, concat([samples, ints(g, [-1])], 0));
    return reshapeTo(gather(whole, sample, 0), ints(g, [-1, n, config.width]));
  };

  const { embedding, modulation } = embedTime(g, config, time, selector);
  const modulationOfRows = timeOfRows(modulation, 6);
  const modulations = Array.from({ length: config.layers }, (_, i) =>
    modulateBlock(g, `blocks.${i}`, modulationOfRows),
  );
  const last = modulateOutput(g, timeOfRows(embedding, 1));
  const context: Context = {
    text: embedText(g, cast(text, compute)),
    textBias: forEachToken(cast(textBias, compute), patches),
  };

  const [early, net] = [networkOf(modulation, samples), networkOf(modulationOfRows, rows)];
  const first = modulateBlock(g, 'blocks.0', modulation);
  const rotation = net.gaps.rotation(cos, sin);
  const x = project(g, 'patch_embedding', patches, [config.width, config.inChannels * 4]);
  const forRows = (tokens: BeforeText): BeforeText => ({
    x: gather(tokens.x, sample, 0),
    queries: gather(tokens.queries, sample, 0),
  });
  let stream: Stream = { x, normed: early.gaps.normalise(x, first.first) };
  for (const [i, each] of modulations.entries()) {
    const name = `blocks.${i}`;
    const after = modulations[i + 1];
    const next = after
      ? { norm: after.first, readers: firstLayers(`blocks.${i + 1}`) }
      : { norm: last, readers: ['proj_out'] };
    const tokens =
      i > 0 ? beforeText(net, name, stream, each, rotation) : forRows(beforeText(early, name, stream, first, rotation));
    stream = fromText(net, name, tokens, each, next, context);
  }
  const projected = net.layers.project('proj_out', stream.normed);
  const velocity = unpatchify(cast(projected, 'float32'), latents, config.outChannels);
  g.output('velocity', velocity, ['rows', config.outChannels, 'frames', 'height', 'width']);
  return g;
}

/** Time → an embedding [samples·groups, 1, width] and the modulation that all blocks share [samples·groups, 6, width], in float32. */
function embedTime(
  g: Graph,
  config: DenoiserConfig,
  time: Value,
  selector: Value,
): { embedding: Value; modulation: Value } {
  const layer = (name: string, x: Value) =>
    linear(
      x,
      kernel(g, `condition_embedder.${name}`, { as: 'float32' }),
      g.weight(`condition_embedder.${name}.bias`, { as: 'float32' }),
    );
  const embedding = layer('time_embedder.linear_2', silu(layer('time_embedder.linear_1', time))); // [moments, width]
  const modulation = layer('time_proj', silu(embedding)); // [moments, 6·width]
  return {
    embedding: unsqueeze(gather(embedding, selector, 0), [1]),
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
