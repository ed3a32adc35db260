import type { WeightSource } from '../bundle/weights.js';
import { biasGelu, biasRmsNorm, biasRmsNormRotate, gateAddNorm } from '../graph/fused-ops.js';
import { Graph, type Value } from '../graph/graph.js';
import {
  add,
  attention,
  cast,
  concat,
  dim,
  expandTo,
  floats,
  gather,
  geluTanh,
  ints,
  layerNorm,
  linear,
  mul,
  reshapeTo,
  rmsNorm,
  rotaryEmbedding,
  silu,
  split,
  transpose,
  unsqueeze,
} from '../graph/ops.js';
import { type DType, float32 } from '../tensor.js';
import type { DenoiserConfig } from './config.js';
import { patchify, unpatchify } from './patches.js';

/**
 * The diffusion transformer of Wan2.2: predicts the flow velocity of every 2×2 patch of noisy latents.
 * Source: Wan Team 2025, "Wan: Open and Advanced Large-Scale Video Generative Models", §4.2; diffusers transformer_wan.py.
 *
 * | input     | type    | shape                       |                                                             |
 * |-----------|---------|-----------------------------|-------------------------------------------------------------|
 * | latents   | float32 | [samples, channels, frames, height, width] | noisy, height and width even                 |
 * | sample    | int64   | [rows]                      | which latents each row has: both rows of guidance the same  |
 * | time      | float32 | [moments, freqDim]          | features of the distinct timesteps, see `timeFeatures`      |
 * | selector  | int64   | [rows·groups]               | the moment of each group; groups divides the tokens of a row |
 * | cos, sin  | float32 | [tokens, headDim / 2]       | see `rotaryTables`                                          |
 * | text      | float32 | [rows, keys, textDim]       | see `foldPadding`                                           |
 * | text_bias | float32 | [rows, 1, 1, keys]          | added to the scores of cross-attention                      |
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
 * `fused`, in float16 on CUDA: what lies between two matrix products is one operator of our own (fused-ops.ts), rounded less often.
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
  const cosTable = g.input('cos', 'float32', ['tokens', config.headDim / 2]);
  const sinTable = g.input('sin', 'float32', ['tokens', config.headDim / 2]);
  const text = g.input('text', 'float32', ['rows', 'keys', config.textDim]);
  const textBias = g.input('text_bias', 'float32', ['rows', 1, 1, 'keys']);

  const patches = gather(cast(patchify(latents, config.inChannels), compute), sample, 0);
  const width = ints(g, [config.width]);
  const grouped = concat([dim(selector, 0), ints(g, [-1]), width], 0); // [rows·groups, tokens / groups, width]
  const flat = concat([dim(patches, 0), ints(g, [-1]), width], 0); // [rows, tokens, width]
  const net: Network = { g, config, fused, grouped, flat };

  const { embedding, modulation } = embedTime(net, time, selector);
  const context: Context = {
    text: embedText(net, cast(text, compute)),
    textBias: forEachToken(net, cast(textBias, compute), patches),
    cosTable: fused ? cosTable : cast(cosTable, compute),
    sinTable: fused ? sinTable : cast(sinTable, compute),
  };
  const layers = Array.from({ length: config.layers }, (_, i) => modulateBlock(net, `blocks.${i}`, modulation));
  const last = modulateOutput(net, embedding);

  const x = project(net, 'patch_embedding', patches, [config.width, config.inChannels * 4]);
  let stream: Stream = { x, normed: normalised(net, x, layers[0]?.first ?? last) };
  for (const [i, layer] of layers.entries()) {
    stream = block(net, `blocks.${i}`, stream, layer, layers[i + 1]?.first ?? last, context);
  }
  const velocity = unpatchify(cast(project(net, 'proj_out', stream.normed), 'float32'), latents, config.outChannels);
  g.output('velocity', velocity, ['rows', config.outChannels, 'frames', 'height', 'width']);
  return g;
}

/** Whether the fused operators serve the network's width. */
export function canFuse({ width, ffnWidth }: DenoiserConfig): boolean {
  return width % 8 === 0 && width <= 8192 && ffnWidth % 8 === 0;
}

interface Network {
  readonly g: Graph;
  readonly config: DenoiserConfig;
  readonly fused: boolean;
  /** The two shapes of the residual stream. */
  readonly grouped: Value;
  readonly flat: Value;
}

/** What every block sees besides the tokens. */
interface Context {
  /** [rows, keys, width] */
  readonly text: Value;
  /** [rows, 1, tokens, keys] */
  readonly textBias: Value;
  readonly cosTable: Value;
  readonly sinTable: Value;
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
function forEachToken({ g }: Network, bias: Value, patches: Value): Value {
  return expandTo(bias, concat([ints(g, [1, 1]), dim(patches, 1), ints(g, [1])], 0));
}

/** [rows, keys, textDim] → [rows, keys, width] */
function embedText(net: Network, text: Value): Value {
  const hidden = project(net, 'condition_embedder.text_embedder.linear_1', text);
  return project(net, 'condition_embedder.text_embedder.linear_2', geluTanh(hidden));
}

/** The residual stream, and its norm for the layer that comes next; both [rows, tokens, width]. */
interface Stream {
  readonly x: Value;
  readonly normed: Value;
}

/** LN(x)·scale + shift; `grouped`: [rows·groups, 1, width] each, else [width]. */
interface Norm {
  readonly scale: Value;
  readonly shift: Value;
  readonly grouped: boolean;
}

/** How time modulates a block: its norms before self-attention and before the feed-forward network, and the gates after them. */
interface BlockModulation {
  readonly first: Norm;
  readonly second: Norm;
  /** [rows·groups, 1, width] */
  readonly gates: readonly [attention: Value, feedForward: Value];
}

function block(
  net: Network,
  name: string,
  { x, normed }: Stream,
  { second, gates }: BlockModulation,
  next: Norm,
  context: Context,
): Stream {
  const { g } = net;
  const middle: Norm = {
    scale: g.weight(`${name}.norm2.weight`),
    shift: g.weight(`${name}.norm2.bias`),
    grouped: false,
  };
  const self = addNorm(net, x, gates[0], selfAttention(net, `${name}.attn1`, normed, context), middle);
  const cross = addNorm(net, self.x, null, crossAttention(net, `${name}.attn2`, self.normed, context), second);
  const hidden = gelu(net, product(net, `${name}.ffn.net.0.proj`, cross.normed)); // [rows, tokens, ffnWidth]
  return addNorm(net, cross.x, gates[1], product(net, `${name}.ffn.net.2`, hidden), next);
}

/** A linear layer whose bias is not added yet. */
interface Product {
  readonly y: Value;
  readonly bias: Value;
}

function product({ g }: Network, name: string, x: Value): Product {
  return { y: linear(x, kernel(g, name)), bias: g.weight(`${name}.bias`) };
}

/** Not as FastGelu's own input where it can be helped: on the CPU the bias there costs 18 % of a step. */
function gelu({ fused }: Network, { y, bias }: Product): Value {
  return fused ? biasGelu(y, bias) : geluTanh(add(y, bias));
}

/** x + gate·(y + bias), and its norm. */
function addNorm(net: Network, x: Value, gate: Value | null, { y, bias }: Product, norm: Norm): Stream {
  const { g, config, fused } = net;
  if (fused) {
    const open = gate ?? cast(floats(g, new Float32Array(config.width).fill(1)), g.compute);
    const { sum, normed } = gateAddNorm(x, y, bias, open, norm.scale, norm.shift, config.eps);
    return { x: sum, normed };
  }
  const biased = add(y, bias);
  const sum = gate ? gatedAdd(net, x, gate, biased) : add(x, biased);
  return { x: sum, normed: normalised(net, sum, norm) };
}

/**
 * Full attention among the tokens of a row. The bias of the values joins that of the output, for the weights of a softmax sum to one:
 * a pass over the tokens less.
 */
function selfAttention(net: Network, name: string, x: Value, { cosTable, sinTable }: Context): Product {
  const { g, config } = net;
  const q = rotated(net, name, 'q', x, cosTable, sinTable);
  const k = rotated(net, name, 'k', x, cosTable, sinTable);
  const v = linear(x, kernel(g, `${name}.to_v`));
  const y = linear(attention(q, k, v, config.heads), kernel(g, `${name}.to_out.0`));
  return { y, bias: joinedBias(net, name) };
}

/**
 * W·b + c of the values' bias b and the output's W and c: [width], in float32 and constant, so folded when the session opens. By ONNX's
 * own MatMul: ONNX Runtime folds no FusedMatMul, and kept every W in float32, 1.1 GB of the 5B model.
 */
function joinedBias({ g, config }: Network, name: string): Value {
  const w = kernel(g, `${name}.to_out.0`, { as: 'float32' });
  const [b, c] = ['to_v', 'to_out.0'].map((each) => g.weight(`${name}.${each}.bias`, { as: 'float32' })) as [
    Value,
    Value,
  ];
  const through = g.node('MatMul', [reshapeTo(b, ints(g, [1, config.width])), transpose(w, [1, 0])]);
  return cast(add(reshapeTo(through, ints(g, [config.width])), c), g.compute);
}

/** The tokens of a row attend to its text. */
function crossAttention(net: Network, name: string, x: Value, { text, textBias }: Context): Product {
  const q = normed(net, name, 'q', x); // [rows, tokens, width]
  const k = normed(net, name, 'k', text); // [rows, keys, width]
  const v = project(net, `${name}.to_v`, text);
  return product(net, `${name}.to_out.0`, attention(q, k, v, net.config.heads, { bias: textBias }));
}

/** Queries or keys, RMS-normalised over the whole width before it is split into heads. */
function normed(net: Network, name: string, which: 'q' | 'k', x: Value): Value {
  const { g, config, fused } = net;
  const { y, bias } = product(net, `${name}.to_${which}`, x);
  const weight = g.weight(`${name}.norm_${which}.weight`);
  return fused ? biasRmsNorm(y, bias, weight, config.eps) : rmsNorm(add(y, bias), weight, config.eps);
}

/** The same, turned by the tokens' places. */
function rotated(net: Network, name: string, which: 'q' | 'k', x: Value, cosTable: Value, sinTable: Value): Value {
  const { g, config, fused } = net;
  if (!fused) return rotaryEmbedding(normed(net, name, which, x), cosTable, sinTable, config.heads);
  const { y, bias } = product(net, `${name}.to_${which}`, x);
  return biasRmsNormRotate(y, bias, g.weight(`${name}.norm_${which}.weight`), cosTable, sinTable, config.eps);
}

/** A linear layer with bias; the stored kernel is read as `shape` where given. */
function project({ g }: Network, name: string, x: Value, shape?: readonly number[]): Value {
  return linear(x, kernel(g, name, shape ? { shape } : {}), g.weight(`${name}.bias`));
}

/** A layer's matrix; where the weights have an adapter for it, W + B·A in float32, constant, so folded when the session opens. */
function kernel(
  g: Graph,
  name: string,
  options: { readonly as?: DType; readonly shape?: readonly number[] } = {},
): Value {
  if (!g.hasWeight(`${name}.lora_A.weight`)) return g.weight(`${name}.weight`, options);
  const [w, a, b] = ['weight', 'lora_A.weight', 'lora_B.weight'].map((each) =>
    g.weight(`${name}.${each}`, { as: 'float32' }),
  ) as [Value, Value, Value];
  const merged = cast(add(w, g.node('MatMul', [b, a])), options.as ?? g.compute);
  return options.shape ? reshapeTo(merged, ints(g, options.shape)) : merged;
}

/**
 * Learned offsets + time: one vector [rows·groups, 1, width] for each entry of `plus`, which is added to it. A scale s is
 * applied as 1 + s, so scales have 1 there.
 */
function modulate({ g }: Network, table: string, time: Value, plus: readonly number[]): Value[] {
  const offsets = g.constant(float32(Float32Array.from(plus), [1, plus.length, 1]));
  const learned = add(g.weight(table, { as: 'float32' }), offsets); // constant, folded when the session opens
  const all = cast(add(learned, time), g.compute); // [rows·groups, plus.length, width]
  return split(
    all,
    plus.map(() => 1),
    1,
  );
}

function modulateBlock(net: Network, name: string, modulation: Value): BlockModulation {
  const [shift1, scale1, gate1, shift2, scale2, gate2] = modulate(
    net,
    `${name}.scale_shift_table`,
    modulation,
    [0, 1, 0, 0, 1, 0],
  ) as [Value, Value, Value, Value, Value, Value];
  return {
    first: { scale: scale1, shift: shift1, grouped: true },
    second: { scale: scale2, shift: shift2, grouped: true },
    gates: [gate1, gate2],
  };
}

function modulateOutput(net: Network, embedding: Value): Norm {
  const [shift, scale] = modulate(net, 'scale_shift_table', unsqueeze(embedding, [1]), [0, 1]) as [Value, Value];
  return { scale, shift, grouped: true };
}

/** Scale and shift need the rank of x: on CUDA lower ranks go wrong without an error. */
function normalised({ config, grouped, flat }: Network, x: Value, norm: Norm): Value {
  const normalise = (tokens: Value) => layerNorm(tokens, norm.scale, norm.shift, config.eps);
  return norm.grouped ? reshapeTo(normalise(reshapeTo(x, grouped)), flat) : normalise(x);
}

/** x + gate·y */
function gatedAdd({ grouped, flat }: Network, x: Value, gate: Value, y: Value): Value {
  return add(x, reshapeTo(mul(reshapeTo(y, grouped), gate), flat));
}
