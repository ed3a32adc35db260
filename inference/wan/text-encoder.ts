import type { WeightSource } from '../bundle/weights.js';
import { Graph, type Value } from '../graph/graph.js';
import { add, attention, cast, gather, geluTanh, linear, mul, rmsNorm, transpose, unsqueeze } from '../graph/ops.js';
import { type DType, int64, type Tensor } from '../tensor.js';
import type { TextEncoderConfig } from './config.js';

/** Where the token embeddings lie: [vocabulary, width]. Looked up outside of the graph: 2 GB of the real model stay on disk. */
export const embeddingName = 'shared.weight';

/**
 * The encoder of UMT5: T5 with a relative position bias of its own in every block.
 * Source: Raffel et al. 2020, "T5"; Chung et al. 2023, "UniMax"; transformers modeling_umt5.py.
 *
 * | input      | type    | shape                    |                                            |
 * |------------|---------|--------------------------|--------------------------------------------|
 * | embeddings | float32 | [rows, length, width]    | of the tokens, anything on padding         |
 * | mask       | float32 | [rows, 1, 1, length]     | 0, or a large negative number on padding   |
 * | buckets    | int64   | [length, length]         | of query and key, see `positionBuckets`    |
 *
 * Output: hidden float32 [rows, length, width].
 * Half precision is bfloat16 only: T5's activations leave the range of float16.
 */
export function buildTextEncoder(weights: WeightSource, config: TextEncoderConfig, compute: DType = 'float32'): Graph {
  if (compute === 'float16') throw new RangeError('the text encoder overflows in float16: use float32 or bfloat16');
  const g = new Graph('text_encoder', weights, compute);
  const embeddings = g.input('embeddings', 'float32', ['rows', 'length', config.width]);
  const mask = g.input('mask', 'float32', ['rows', 1, 1, 'length']);
  const buckets = g.input('buckets', 'int64', ['length', 'length']);

  let x = cast(embeddings, compute);
  for (let i = 0; i < config.layers; i++) x = block(g, config, `encoder.block.${i}.layer`, x, mask, buckets);
  const hidden = rmsNorm(x, g.weight('encoder.final_layer_norm.weight'), config.eps);
  g.output('hidden', cast(hidden, 'float32'), ['rows', 'length', config.width]);
  return g;
}

function block(g: Graph, config: TextEncoderConfig, name: string, input: Value, mask: Value, buckets: Value): Value {
  const project = (layer: string, x: Value) => linear(x, g.weight(`${name}.${layer}.weight`));
  const norm = (layer: string, x: Value) => rmsNorm(x, g.weight(`${name}.${layer}.layer_norm.weight`), config.eps);

  let y = norm('0', input); // [rows, length, width]
  const [q, k, v] = ['q', 'k', 'v'].map((which) => project(`0.SelfAttention.${which}`, y)) as [Value, Value, Value];
  const bias = add(positionBias(g, `${name}.0.SelfAttention`, buckets), cast(mask, g.compute));
  // T5 does not scale its scores: the factor is in the weights.
  const mixed = attention(q, k, v, config.heads, { scale: 1, bias }); // [rows, length, heads·headDim]
  const x = add(input, project('0.SelfAttention.o', mixed));

  y = norm('1', x);
  const gate = geluTanh(project('1.DenseReluDense.wi_0', y)); // [rows, length, ffnWidth]
  return add(x, project('1.DenseReluDense.wo', mul(gate, project('1.DenseReluDense.wi_1', y))));
}

/** The block's learned bias of every pair of tokens, [1, heads, length, length]. */
function positionBias(g: Graph, name: string, buckets: Value): Value {
  const table = g.weight(`${name}.relative_attention_bias.weight`); // [buckets, heads]
  return unsqueeze(transpose(gather(table, buckets, 0), [2, 0, 1]), [0]);
}

/**
 * The bucket of each key as seen from each query, [length, length]: half of the buckets for keys behind the query, each
 * direction exact for short distances and logarithmic from there up to `maxDistance`.
 */
export function positionBuckets(length: number, config: Pick<TextEncoderConfig, 'buckets' | 'maxDistance'>): Tensor {
  const values: number[] = [];
  for (let query = 0; query < length; query++) {
    for (let key = 0; key < length; key++) values.push(relativeBucket(key - query, config));
  }
  return int64(values, [length, length]);
}

export function relativeBucket(relative: number, config: Pick<TextEncoderConfig, 'buckets' | 'maxDistance'>): number {
  const perSide = config.buckets / 2;
  const exact = perSide / 2;
  const distance = Math.abs(relative);
  const side = relative > 0 ? perSide : 0;
  if (distance < exact) return side + distance;
  const octaves = Math.log(distance / exact) / Math.log(config.maxDistance / exact);
  return side + Math.min(perSide - 1, exact + Math.trunc(octaves * (perSide - exact)));
}
