/**
 * The operators our networks are written in: thin, typed names for ONNX nodes, chosen for what is fast with ONNX Runtime's
 * CUDA provider and also runs on its CPU provider. Shapes are NumPy's: elementwise operators broadcast.
 */
import { type DType, float32, int64 } from '../tensor.js';
import type { Graph, Value } from './graph.js';

const microsoft = 'com.microsoft';

/** A number in the type of `like`. */
export function scalar(like: Value, value: number): Value {
  return like.graph.cast(like.graph.constant(float32(Float32Array.of(value), [])), like.dtype);
}

export function ints(graph: Graph, values: readonly number[]): Value {
  return graph.constant(int64(values));
}

export function floats(graph: Graph, values: ArrayLike<number>, dims: readonly number[] = [values.length]): Value {
  return graph.constant(float32(Float32Array.from(values), dims));
}

export const add = (a: Value, b: Value): Value => a.graph.node('Add', [a, b]);
export const sub = (a: Value, b: Value): Value => a.graph.node('Sub', [a, b]);
export const mul = (a: Value, b: Value): Value => a.graph.node('Mul', [a, b]);
export const div = (a: Value, b: Value): Value => a.graph.node('Div', [a, b]);
export const sqrt = (x: Value): Value => x.graph.node('Sqrt', [x]);
export const max = (a: Value, b: Value): Value => a.graph.node('Max', [a, b]);
export const cast = (x: Value, dtype: DType): Value => x.graph.cast(x, dtype);

/** alpha·a·b of the last two axes, each operand transposed first where asked. */
export function fusedMatmul(
  a: Value,
  b: Value,
  options: { transA?: boolean; transB?: boolean; alpha?: number },
): Value {
  const { transA = false, transB = false, alpha = 1 } = options;
  const attributes = { transA: Number(transA), transB: Number(transB), alpha: { float: alpha } };
  return a.graph.node('FusedMatMul', [a, b], { domain: microsoft, attributes });
}

/** x·Wᵀ (+ b), W stored [out, in] as PyTorch does: [..., in] → [..., out]. */
export function linear(x: Value, weight: Value, bias?: Value): Value {
  const y = fusedMatmul(x, weight, { transB: true });
  return bias ? add(y, bias) : y;
}

/** Layer norm over the last axis, in fp32 inside; scale and bias broadcast against x. */
export function layerNorm(x: Value, scale: Value, bias: Value, eps: number): Value {
  return x.graph.node('LayerNormalization', [x, scale, bias], { attributes: { axis: -1, epsilon: { float: eps } } });
}

/** x / sqrt(mean(x²) + eps) · scale over the last axis, in fp32 inside. */
export function rmsNorm(x: Value, scale: Value, eps: number): Value {
  return x.graph.node('RMSNormalization', [x, scale], { attributes: { axis: -1, epsilon: { float: eps } } });
}

/** x·sigmoid(x) */
export function silu(x: Value): Value {
  return x.graph.node('QuickGelu', [x], { domain: microsoft, attributes: { alpha: { float: 1 } } });
}

/** gelu in its tanh form. */
export function geluTanh(x: Value): Value {
  return x.graph.node('FastGelu', [x], { domain: microsoft });
}

export function softmax(x: Value): Value {
  return x.graph.node('Softmax', [x], { attributes: { axis: -1 } });
}

/** Dimensions of 0 are kept, one of −1 is inferred. */
export function reshape(x: Value, dims: readonly number[]): Value {
  return x.graph.node('Reshape', [x, ints(x.graph, dims)]);
}

/** Reshape to a shape calculated in the graph. */
export const reshapeTo = (x: Value, shape: Value): Value => x.graph.node('Reshape', [x, shape]);

export function transpose(x: Value, perm: readonly number[]): Value {
  return x.graph.node('Transpose', [x], { attributes: { perm } });
}

export function concat(values: readonly [Value, ...Value[]], axis: number): Value {
  return values[0].graph.node('Concat', values, { attributes: { axis } });
}

/** Parts of the given sizes along an axis. */
export function split(x: Value, sizes: readonly number[], axis: number): Value[] {
  const options = { attributes: { axis }, outputs: sizes.length };
  return x.graph.nodeWithOutputs('Split', [x, ints(x.graph, sizes)], options);
}

/** x[..., start:end:step, ...] along one axis; negative bounds count from the end. */
export function slice(x: Value, axis: number, start: number, end: number, step = 1): Value {
  const g = x.graph;
  return g.node('Slice', [x, ints(g, [start]), ints(g, [end]), ints(g, [axis]), ints(g, [step])]);
}

export function gather(x: Value, indices: Value, axis: number): Value {
  return x.graph.node('Gather', [x, indices], { attributes: { axis } });
}

export function unsqueeze(x: Value, axes: readonly number[]): Value {
  return x.graph.node('Unsqueeze', [x, ints(x.graph, axes)]);
}

export function squeeze(x: Value, axes: readonly number[]): Value {
  return x.graph.node('Squeeze', [x, ints(x.graph, axes)]);
}

/** x repeated along its axes of length 1 to a shape calculated in the graph. */
export const expandTo = (x: Value, shape: Value): Value => x.graph.node('Expand', [x, shape]);

/** One dimension of x as an int64 tensor [1]. */
export function dim(x: Value, axis: number): Value {
  const end = axis === -1 ? {} : { end: axis + 1 };
  return x.graph.node('Shape', [x], { attributes: { start: axis, ...end }, dtype: 'int64' });
}

/** All dimensions of x as an int64 tensor [rank]. */
export const shape = (x: Value): Value => x.graph.node('Shape', [x], { dtype: 'int64' });

/** Zeros of x's shape and type. */
export function zerosLike(x: Value): Value {
  return cast(x.graph.node('ConstantOfShape', [shape(x)], { dtype: 'float32' }), x.dtype);
}

/** Zeros before and after, one number an axis of x. */
export function pad(x: Value, before: readonly number[], after: readonly number[]): Value {
  return x.graph.node('Pad', [x, ints(x.graph, [...before, ...after])], { attributes: { mode: 'constant' } });
}

export function clip(x: Value, low: number, high: number): Value {
  return x.graph.node('Clip', [x, scalar(x, low), scalar(x, high)]);
}

export function reduceSum(x: Value, axis: number): Value {
  return x.graph.node('ReduceSum', [x, ints(x.graph, [axis])], { attributes: { keepdims: 1 } });
}

export function reduceMean(x: Value, axis: number): Value {
  return x.graph.node('ReduceMean', [x, ints(x.graph, [axis])], { attributes: { keepdims: 1 } });
}

export interface ConvOptions {
  readonly strides?: readonly number[];
  /** Padding before all axes, then after all axes. */
  readonly pads?: readonly number[];
}

/** Convolution over all axes after [batch, channels]; weight [out, in, …kernel]. */
export function conv(x: Value, weight: Value, bias: Value | null, options: ConvOptions = {}): Value {
  const attributes: Record<string, readonly number[]> = {};
  if (options.strides) attributes.strides = options.strides;
  if (options.pads) attributes.pads = options.pads;
  return x.graph.node('Conv', [x, weight, bias], { attributes });
}

/**
 * softmax(q·kᵀ·scale + bias)·v over `heads`, all [rows, tokens, width]; bias [rows or 1, heads or 1, queries, keys].
 * On Hopper ONNX Runtime answers it with cuDNN's kernel, elsewhere on CUDA with Flash-2 (without a bias).
 */
export function attention(
  q: Value,
  k: Value,
  v: Value,
  heads: number,
  options: { scale?: number; bias?: Value } = {},
): Value {
  const inputs = options.bias ? [q, k, v, null, null, options.bias] : [q, k, v];
  const scale = options.scale === undefined ? {} : { scale: { float: options.scale } };
  return q.graph.node('MultiHeadAttention', inputs, { domain: microsoft, attributes: { num_heads: heads, ...scale } });
}

/** Rotates interleaved pairs (x₂ⱼ, x₂ⱼ₊₁) of every head; x [rows, tokens, width], cos and sin [tokens, headDim / 2]. */
export function rotaryEmbedding(x: Value, cosTable: Value, sinTable: Value, heads: number): Value {
  const first = ints(x.graph, [0]);
  const attributes = { interleaved: 1, num_heads: heads };
  return x.graph.node('RotaryEmbedding', [x, first, cosTable, sinTable], { domain: microsoft, attributes });
}
