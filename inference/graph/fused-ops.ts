/**
 * Operators of our own for CUDA (../kernels/*.cu): what lies between two matrix products of a transformer block, or two convolutions with
 * channels last, in one pass over the numbers. float16, float32 inside. A session knows them where its options name the built library.
 */
import { type Attributes, customDomain, type Value } from './graph.js';

/** RMS(x + bias)·weight over the last axis; x [rows, tokens, width]. */
export function biasRmsNorm(x: Value, bias: Value, weight: Value, eps: number): Value {
  return x.graph.node('BiasRmsNorm', [x, bias, weight], custom(eps));
}

/** The same, then interleaved pairs of every head turned; cos and sin float32 [tokens, headDim / 2], headDim a multiple of 8. */
export function biasRmsNormRotate(
  x: Value,
  bias: Value,
  weight: Value,
  cosTable: Value,
  sinTable: Value,
  eps: number,
): Value {
  return x.graph.node('BiasRmsNormRotate', [x, bias, weight, cosTable, sinTable], custom(eps));
}

/**
 * sum = x + gate·(y + bias) and normed = LN(sum)·scale + shift. Gate, and scale and shift, are [width], or [groups, 1, width] for
 * groups of consecutive tokens.
 */
export function gateAddNorm(
  x: Value,
  y: Value,
  bias: Value,
  gate: Value,
  scale: Value,
  shift: Value,
  eps: number,
): { sum: Value; normed: Value } {
  const inputs = [x, y, bias, gate, scale, shift];
  const [sum, normed] = x.graph.nodeWithOutputs('GateAddNorm', inputs, { ...custom(eps), outputs: 2 });
  return { sum: sum as Value, normed: normed as Value };
}

/** The same with `normed` in 8 bits. */
export function gateAddNormRounded(...[x, y, bias, gate, scale, shift, eps]: Parameters<typeof gateAddNorm>): {
  sum: Value;
  normed: QuantizedRows;
} {
  const inputs = [x, y, bias, gate, scale, shift];
  const [sum, ...rows] = x.graph.nodeWithOutputs('GateAddNormRounded', inputs, { ...custom(eps), outputs: 3 });
  return { sum: sum as Value, normed: quantizedRows(rows) };
}

/** gelu(x + bias) in its tanh form. */
export function biasGelu(x: Value, bias: Value): Value {
  return x.graph.node('BiasGelu', [x, bias], { domain: customDomain });
}

/** The same in 8 bits. */
export function biasGeluRounded(x: Value, bias: Value): QuantizedRows {
  return quantizedRows(x.graph.nodeWithOutputs('BiasGeluRounded', [x, bias], { domain: customDomain, outputs: 2 }));
}

/** gelu(x·Wᵀ + b) in its tanh form, W [out, in] and b [out]: [..., out]. On a device whose cuBLASLt has no such product by two kernels. */
export function geluProduct(x: Value, w: Value, bias: Value): Value {
  return withWorkspace('GeluProduct', [x, w, bias]);
}

/**
 * `frames` is past, then silu(RMS(x + bias)·gamma) over the last axis, of up to 1,024 channels; `next` is its last two frames, and may be
 * written over past. x [rows, frames, height, width, channels], past two frames of the same.
 */
export function biasRmsNormSiluAfter(
  x: Value,
  bias: Value,
  gamma: Value,
  past: Value,
  eps: number,
): { frames: Value; next: Value } {
  const options = { ...custom(eps), outputs: 2 };
  const [frames, next] = x.graph.nodeWithOutputs('BiasRmsNormSiluAfter', [x, bias, gamma, past], options);
  return { frames: frames as Value, next: next as Value };
}

/** x + bias + y; x and y [..., channels], bias [channels]. */
export function biasAdd(x: Value, bias: Value, y: Value): Value {
  return x.graph.node('BiasAdd', [x, bias, y], { domain: customDomain });
}

/** Rows of x [..., width] in 8 bits. */
export interface QuantizedRows {
  /** float8e4m3fn [..., width] */
  readonly q: Value;
  /** float32 [...]: row = scale·q, and its largest number is 448 in q. */
  readonly scale: Value;
}

/** x in 8 bits, of up to 65,536 numbers a row. */
export function quantizeRows(x: Value): QuantizedRows {
  return quantizedRows(x.graph.nodeWithOutputs('QuantizeRows', [x], { domain: customDomain, outputs: 2 }));
}

function quantizedRows([q, scale]: readonly (Value | undefined)[]): QuantizedRows {
  return { q: { ...(q as Value), dtype: 'float8e4m3fn' }, scale: { ...(scale as Value), dtype: 'float32' } };
}

/** How 8 bits are multiplied; a device that lacks a way takes the next. */
export const eightBitWays = ['scaledInside', 'scaledAfter', 'inHalf'] as const;

/**
 * x·Wᵀ of x in 8 bits and W float8e4m3fn [out, in] whose rows have a scale each, float32 [out]: float16 [..., out].
 * @param fast whether sums are kept in the tensor cores' own, shorter numbers (CUBLASLT_MATMUL_DESC_FAST_ACCUM)
 */
export function eightBitProduct(
  x: QuantizedRows,
  w: Value,
  scale: Value,
  { fast = true, way = 'scaledInside' }: { fast?: boolean; way?: (typeof eightBitWays)[number] } = {},
): Value {
  const attributes = { fast: Number(fast), way: eightBitWays.indexOf(way) };
  return withWorkspace('EightBitProduct', [x.q, x.scale, w, scale], attributes);
}

/** A product by cuBLASLt. Its second result is its work space, in ONNX Runtime's arena while the node runs. */
function withWorkspace(opType: string, inputs: readonly Value[], attributes: Attributes = {}): Value {
  const options = { domain: customDomain, attributes, dtype: 'float16', outputs: 2 } as const;
  return (inputs[0] as Value).graph.nodeWithOutputs(opType, inputs, options)[0] as Value;
}

const custom = (eps: number) => ({ domain: customDomain, attributes: { epsilon: { float: eps } } });
