import type { Graph, Value } from '../../graph/graph.js';
import { add, attention, cast, ints, reshapeTo, transpose } from '../../graph/ops.js';
import type { DenoiserConfig } from '../config.js';
import type { Gaps, Rotation, Stream } from './gaps.js';
import { kernel, type Layers, type Product, type Tokens } from './layers.js';
import type { BlockModulation, Norm } from './modulation.js';

export interface Network {
  readonly g: Graph;
  readonly config: DenoiserConfig;
  readonly gaps: Gaps;
  readonly layers: Layers;
}

/** What the tokens of every block attend to. */
export interface Context {
  /** [rows, keys, width] */
  readonly text: Value;
  /** [rows, 1, tokens, keys] */
  readonly textBias: Value;
}

/** The norm after a block, and the layers that read it. */
export interface NextNorm {
  readonly norm: Norm;
  readonly readers: readonly string[];
}

/** The layers that read a block's tokens first. */
export const firstLayers = (name: string): string[] => ['q', 'k', 'v'].map((which) => `${name}.attn1.to_${which}`);

/** Tokens before they attend to the text; both [samples or rows, tokens, width]. */
export interface BeforeText {
  readonly x: Value;
  readonly queries: Value;
}

/**
 * A block's beginning: self-attention, and the queries to the text. Each part of a block takes a norm of the stream and adds to the stream.
 */
export function beforeText(
  net: Network,
  name: string,
  { x, normed }: Stream,
  { gates }: BlockModulation,
  rotation: Rotation,
): BeforeText {
  const { g, gaps, layers } = net;
  const [scale, shift] = [g.weight(`${name}.norm2.weight`), g.weight(`${name}.norm2.bias`)];
  const self = selfAttention(net, `${name}.attn1`, normed, rotation);
  const middle = { scale, shift, grouped: false };
  const one = gaps.addNorm(x, gates[0], self, middle, layers.takeEightBits([`${name}.attn2.to_q`]));
  return { x: one.x, queries: normedProduct(net, `${name}.attn2`, 'q', one.normed) };
}

/** The rest of it: attention to the text, feed-forward network. */
export function fromText(
  net: Network,
  name: string,
  { x, queries }: BeforeText,
  { second, gates }: BlockModulation,
  next: NextNorm,
  context: Context,
): Stream {
  const { gaps, layers } = net;
  const [widen, narrow] = [`${name}.ffn.net.0.proj`, `${name}.ffn.net.2`] as const;
  const cross = crossAttention(net, `${name}.attn2`, queries, context);
  const two = gaps.addNorm(x, null, cross, second, layers.takeEightBits([widen]));
  const hidden = widened(net, widen, two.normed, layers.takeEightBits([narrow])); // [rows, tokens, ffnWidth]
  return gaps.addNorm(two.x, gates[1], layers.product(narrow, hidden), next.norm, layers.takeEightBits(next.readers));
}

/**
 * Full attention among the tokens of a row. The bias of the values joins that of the output, for the weights of a softmax sum to one:
 * a pass over the tokens less.
 */
function selfAttention(net: Network, name: string, x: Tokens, rotation: Rotation): Product {
  const { g, config, gaps, layers } = net;
  const [q, k] = (['q', 'k'] as const).map((which) =>
    gaps.rmsNormRotate(layers.product(`${name}.to_${which}`, x), g.weight(`${name}.norm_${which}.weight`), rotation),
  ) as [Value, Value];
  const v = layers.multiply(`${name}.to_v`, x);
  const y = layers.multiply(`${name}.to_out.0`, attention(q, k, v, config.heads));
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
function crossAttention(net: Network, name: string, queries: Value, { text, textBias }: Context): Product {
  const { config, layers } = net;
  const k = normedProduct(net, name, 'k', text); // [rows, keys, width]
  const v = layers.project(`${name}.to_v`, text);
  return layers.product(`${name}.to_out.0`, attention(queries, k, v, config.heads, { bias: textBias }));
}

function normedProduct({ g, gaps, layers }: Network, name: string, which: 'q' | 'k', x: Tokens): Value {
  return gaps.rmsNorm(layers.product(`${name}.to_${which}`, x), g.weight(`${name}.norm_${which}.weight`));
}

/** The first layer of a feed-forward network. @param eightBits whether its result is to be in 8 bits */
function widened({ gaps, layers }: Network, name: string, x: Tokens, eightBits: boolean): Tokens {
  const whole = eightBits ? null : layers.geluProduct(name, x);
  return whole ?? gaps.gelu(layers.product(name, x), eightBits);
}
