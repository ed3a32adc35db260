import type { Graph, Value } from '../../graph/graph.js';
import { add, cast, ints, linear, reshapeTo } from '../../graph/ops.js';
import type { DType } from '../../tensor.js';

/** A linear layer whose bias is not added yet. */
export interface Product {
  readonly y: Value;
  /** [outputs] */
  readonly bias: Value;
}

export function product(g: Graph, name: string, x: Value): Product {
  return { y: linear(x, kernel(g, name)), bias: g.weight(`${name}.bias`) };
}

/** A linear layer with bias; the stored kernel is read as `shape` where given. */
export function project(g: Graph, name: string, x: Value, shape?: readonly number[]): Value {
  return linear(x, kernel(g, name, shape ? { shape } : {}), g.weight(`${name}.bias`));
}

/** A layer's matrix; where the weights have an adapter for it, W + B·A in float32, constant, so folded when the session opens. */
export function kernel(
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
