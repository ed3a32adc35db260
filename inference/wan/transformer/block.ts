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

/** What every block sees besides the tokens. */
export interface Context {
  /** [rows, keys, width] */
  readonly text: Value;
  /** [rows, 1, tokens, keys] */
  readonly textBias: Value;
  readonly rotation: Rotation;
}

/** The norm after a block, and the layers that read it. */
export interface NextNorm {
  readonly norm: Norm;
  readonly readers: readonly string[];
}

/** The layers that read a block's tokens first. */
export const firstLayers = (name: string): string[] => ['q', 'k', 'v'].map((which) => `${name}.attn1.to_${which}`);

/** Self-attention, attention to the text, feed-forward network; each takes a norm of the stream and adds to the stream. */
export function block(
  net: Network,
  name: string,
  { x, normed }: Stream,
  { second, gates }: BlockModulation,
  next: NextNorm,
  context: Context,
): Stream {
  const { g, gaps, layers } = net;
  const [toQueries, widen, narrow] = [`${name}.attn2.to_q`, `${name}.ffn.net.0.proj`, `${name}.ffn.net.2`] as const;
  const [scale, shift] = [g.weight(`${name}.norm2.weight`), g.weight(`${name}.norm2.bias`)];
  const self = selfAttention(net, `${name}.attn1`, normed, context);
  const middle = { scale, shift, grouped: false };
  const one = gaps.addNorm(x, gates[0], self, middle, layers.takeEightBits([toQueries]));
  const cross = crossAttention(net, `${name}.attn2`, one.normed, context);
  const two = gaps.addNorm(one.x, null, cross, second, layers.takeEightBits([widen]));
  const hidden = widened(net, widen, two.normed, layers.takeEightBits([narrow])); // [rows, tokens, ffnWidth]
  return gaps.addNorm(two.x, gates[1], layers.product(narrow, hidden), next.norm, layers.takeEightBits(next.readers));
}

/**
 * Full attention among the tokens of a row. The bias of the values joins that of the output, for the weights of a softmax sum to one:
 * a pass over the tokens less.
 */
function selfAttention(net: Network, name: string, x: Tokens, { rotation }: Context): Product {
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
function crossAttention(net: Network, name: string, x: Tokens, { text, textBias }: Context): Product {
  const { g, config, gaps, layers } = net;
  const normed = (which: 'q' | 'k', from: Tokens) =>
    gaps.rmsNorm(layers.product(`${name}.to_${which}`, from), g.weight(`${name}.norm_${which}.weight`));
  const q = normed('q', x); // [rows, tokens, width]
  const k = normed('k', text); // [rows, keys, width]
  const v = layers.project(`${name}.to_v`, text);
  return layers.product(`${name}.to_out.0`, attention(q, k, v, config.heads, { bias: textBias }));
}

/** The first layer of a feed-forward network. @param eightBits whether its result is to be in 8 bits */
function widened({ gaps, layers }: Network, name: string, x: Tokens, eightBits: boolean): Tokens {
  const whole = eightBits ? null : layers.geluProduct(name, x);
  return whole ?? gaps.gelu(layers.product(name, x), eightBits);
}
