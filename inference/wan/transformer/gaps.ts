import {
  biasGelu,
  biasGeluRounded,
  biasRmsNorm,
  biasRmsNormRotate,
  gateAddNorm,
  gateAddNormRounded,
} from '../../graph/fused-ops.js';
import type { Graph, Value } from '../../graph/graph.js';
import * as op from '../../graph/ops.js';
import type { DenoiserConfig } from '../config.js';
import type { Product, Tokens } from './layers.js';
import type { Norm } from './modulation.js';

/** The residual stream, and its norm for the layer that comes next; both [rows, tokens, width]. */
export interface Stream {
  readonly x: Value;
  readonly normed: Tokens;
}

/** Rotary tables [tokens, headDim / 2], in the type that `Gaps` wants. */
export interface Rotation {
  readonly cos: Value;
  readonly sin: Value;
}

/** What lies between the matrix products of a transformer block: memory's work, not arithmetic's, so it is written for each device. */
export interface Gaps {
  rotation(cos: Value, sin: Value): Rotation;
  normalise(x: Value, norm: Norm): Value;
  /** x + gate·(y + bias), and its norm; without a gate it is open. @param eightBits whether the norm is to be in 8 bits */
  addNorm(x: Value, gate: Value | null, product: Product, norm: Norm, eightBits: boolean): Stream;
  gelu(product: Product, eightBits: boolean): Tokens;
  /** Queries or keys, RMS-normalised over the whole width before it is split into heads. */
  rmsNorm(product: Product, weight: Value): Value;
  /** The same, turned by the tokens' places. */
  rmsNormRotate(product: Product, weight: Value, rotation: Rotation): Value;
}

/** The two shapes of the residual stream: norms see groups of tokens that share a timestep. Both are the same bytes. */
export interface StreamShapes {
  /** [rows·groups, tokens / groups, width] */
  readonly grouped: Value;
  /** [rows, tokens, width] */
  readonly flat: Value;
}

/** In ONNX Runtime's operators, none of which rounds to 8 bits. */
export class PlainGaps implements Gaps {
  constructor(
    protected readonly graph: Graph,
    protected readonly config: DenoiserConfig,
    private readonly shapes: StreamShapes,
  ) {}

  rotation(cos: Value, sin: Value): Rotation {
    return { cos: op.cast(cos, this.graph.compute), sin: op.cast(sin, this.graph.compute) };
  }

  /** Scale and shift need the rank of x: on CUDA lower ranks go wrong without an error. */
  normalise(x: Value, { scale, shift, grouped }: Norm): Value {
    const normalise = (tokens: Value) => op.layerNorm(tokens, scale, shift, this.config.eps);
    return grouped ? this.byGroup(x, normalise) : normalise(x);
  }

  addNorm(x: Value, gate: Value | null, { y, bias }: Product, norm: Norm, _eightBits: boolean): Stream {
    const biased = op.add(y, bias);
    const sum = op.add(x, gate ? this.byGroup(biased, (tokens) => op.mul(tokens, gate)) : biased);
    return { x: sum, normed: this.normalise(sum, norm) };
  }

  /** The bias not as an input of FastGelu: on the CPU it costs 18 % of a step there. */
  gelu({ y, bias }: Product, _eightBits: boolean): Tokens {
    return op.geluTanh(op.add(y, bias));
  }

  rmsNorm({ y, bias }: Product, weight: Value): Value {
    return op.rmsNorm(op.add(y, bias), weight, this.config.eps);
  }

  rmsNormRotate(product: Product, weight: Value, { cos, sin }: Rotation): Value {
    return op.rotaryEmbedding(this.rmsNorm(product, weight), cos, sin, this.config.heads);
  }

  private byGroup(x: Value, f: (tokens: Value) => Value): Value {
    return op.reshapeTo(f(op.reshapeTo(x, this.shapes.grouped)), this.shapes.flat);
  }
}

/** One operator of our own each (fused-ops.ts), in float16 on CUDA: rounded less often. */
export class FusedGaps extends PlainGaps {
  override rotation(cos: Value, sin: Value): Rotation {
    return { cos, sin };
  }

  override addNorm(
    x: Value,
    gate: Value | null,
    { y, bias }: Product,
    { scale, shift }: Norm,
    eightBits: boolean,
  ): Stream {
    const add = eightBits ? gateAddNormRounded : gateAddNorm;
    const { sum, normed } = add(x, y, bias, gate ?? this.openGate(), scale, shift, this.config.eps);
    return { x: sum, normed };
  }

  override gelu({ y, bias }: Product, eightBits: boolean): Tokens {
    return (eightBits ? biasGeluRounded : biasGelu)(y, bias);
  }

  override rmsNorm({ y, bias }: Product, weight: Value): Value {
    return biasRmsNorm(y, bias, weight, this.config.eps);
  }

  override rmsNormRotate({ y, bias }: Product, weight: Value, { cos, sin }: Rotation): Value {
    return biasRmsNormRotate(y, bias, weight, cos, sin, this.config.eps);
  }

  private openGate(): Value {
    return op.cast(op.floats(this.graph, new Float32Array(this.config.width).fill(1)), this.graph.compute);
  }
}

/** Whether the fused operators serve the network's widths. */
export function canFuse({ width, headDim, ffnWidth }: DenoiserConfig): boolean {
  return headDim % 8 === 0 && width <= 8192 && ffnWidth % 8 === 0;
}
