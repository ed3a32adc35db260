import { scaleName } from '../../eight-bits.js';
import { eightBitProduct, geluProduct, type QuantizedRows, quantizeRows } from '../../graph/fused-ops.js';
import type { Graph, Value } from '../../graph/graph.js';
import { add, cast, concat, dim, fusedMatmul, ints, linear, mul, reshapeTo, scalar, sub } from '../../graph/ops.js';
import type { DType } from '../../tensor.js';

/** A linear layer whose bias is not added yet. */
export interface Product {
  readonly y: Value;
  /** [outputs] */
  readonly bias: Value;
}

/** What a layer multiplies: [rows, tokens, width] in the type that the network computes in, or in 8 bits. */
export type Tokens = Value | QuantizedRows;

/** The matrix products of a transformer block. */
export class Layers {
  constructor(protected readonly graph: Graph) {}

  /** Whether all these layers take their tokens in 8 bits, so that whoever makes them may round them. */
  takeEightBits(_names: readonly string[]): boolean {
    return false;
  }

  /** x·Wᵀ */
  multiply(name: string, x: Tokens): Value {
    if ('q' in x) throw new Error(`${name} takes no tokens in 8 bits`);
    const g = this.graph;
    return g.compute === 'float16' && isOnlyEightBit(g, name)
      ? multiplyWidened(g, name, x)
      : linear(x, kernel(g, name));
  }

  product(name: string, x: Tokens): Product {
    return { y: this.multiply(name, x), bias: this.graph.weight(`${name}.bias`) };
  }

  /** gelu(x·Wᵀ + b) as one operator; null where there is none. */
  geluProduct(_name: string, _x: Tokens): Value | null {
    return null;
  }

  /** x·Wᵀ + b */
  project(name: string, x: Tokens): Value {
    const { y, bias } = this.product(name, x);
    return add(y, bias);
  }
}

/** What the scales of 8 bits are multiplied with before they become fp16, which has few digits below 6e-5. */
const scaleFactor = 256;

/**
 * x·Wᵀ, W widened to fp16 anew in every run: of an H100's 153 ms a step nothing that could be seen, and the device holds 8 bits. Folded when the
 * session opens, as ONNX Runtime does by itself with what is constant, the 5B model took 40 s, more memory beside the GPU and twice the GPU's.
 */
function multiplyWidened(g: Graph, name: string, x: Value): Value {
  const rows = dim(x, 0);
  const zero = sub(rows, rows);
  // Dimensions of 0 stay as they are. Not constant, for they come of an input; with one of them, ONNX Runtime would have inferred it.
  const itsShape = concat([zero, zero], 0);
  const q = reshapeTo(g.weight(`${name}.weight`, { as: 'stored' }), itsShape);
  const scale = cast(mul(scaleOf(g, name), scalar(scaleOf(g, name), scaleFactor)), 'float16');
  const w = mul(cast(q, 'float16'), reshapeTo(scale, ints(g, [-1, 1])));
  return fusedMatmul(x, w, { transB: true, alpha: 1 / scaleFactor });
}

/** By operators of our own for matrices that are stored in 8 bits, where tokens are rounded to 8 bits too, and for those before a GELU. */
export class FusedLayers extends Layers {
  /** By name: several layers may read the same tokens. */
  private readonly quantized = new Map<string, QuantizedRows>();

  /** What an adapter adds to is not in 8 bits any more. */
  override takeEightBits(names: readonly string[]): boolean {
    return names.every((name) => isOnlyEightBit(this.graph, name));
  }

  override multiply(name: string, x: Tokens): Value {
    if (!this.takeEightBits([name])) return super.multiply(name, x);
    const w = this.graph.weight(`${name}.weight`, { as: 'stored' });
    return eightBitProduct('q' in x ? x : this.rounded(x), w, scaleOf(this.graph, name));
  }

  override geluProduct(name: string, x: Tokens): Value | null {
    if ('q' in x || this.takeEightBits([name])) return null;
    return geluProduct(x, kernel(this.graph, name), this.graph.weight(`${name}.bias`));
  }

  private rounded(x: Value): QuantizedRows {
    const rows = this.quantized.get(x.name) ?? quantizeRows(x);
    this.quantized.set(x.name, rows);
    return rows;
  }
}

/** A linear layer with bias; the stored kernel is read as `shape` where given. */
export function project(g: Graph, name: string, x: Value, shape?: readonly number[]): Value {
  return linear(x, kernel(g, name, shape ? { shape } : {}), g.weight(`${name}.bias`));
}

/**
 * A layer's matrix. Where it is stored in 8 bits, these times the scale of each output; where the weights have an adapter for it, W + B·A:
 * calculated in float32, constant, so folded when the session opens.
 */
export function kernel(
  g: Graph,
  name: string,
  options: { readonly as?: DType; readonly shape?: readonly number[] } = {},
): Value {
  if (!isEightBit(g, name) && !hasAdapter(g, name)) return g.weight(`${name}.weight`, options);
  const exact = isEightBit(g, name) ? widened(g, name) : g.weight(`${name}.weight`, { as: 'float32' });
  const whole = cast(hasAdapter(g, name) ? add(exact, addition(g, name)) : exact, options.as ?? g.compute);
  return options.shape ? reshapeTo(whole, ints(g, options.shape)) : whole;
}

const isEightBit = (g: Graph, name: string): boolean => g.dtypeOf(`${name}.weight`) === 'float8e4m3fn';
/** In 8 bits, with nothing added by an adapter. */
const isOnlyEightBit = (g: Graph, name: string): boolean => isEightBit(g, name) && !hasAdapter(g, name);
const hasAdapter = (g: Graph, name: string): boolean => g.hasWeight(`${name}.lora_A.weight`);

/** float32 [outputs], of a matrix in 8 bits. */
const scaleOf = (g: Graph, name: string): Value => g.weight(scaleName(`${name}.weight`), { as: 'float32' });

function widened(g: Graph, name: string): Value {
  return mul(g.weight(`${name}.weight`, { as: 'float32' }), reshapeTo(scaleOf(g, name), ints(g, [-1, 1])));
}

function addition(g: Graph, name: string): Value {
  const [a, b] = ['A', 'B'].map((half) => g.weight(`${name}.lora_${half}.weight`, { as: 'float32' })) as [Value, Value];
  return g.node('MatMul', [b, a]);
}
