import type { Graph, Value } from '../../graph/graph.js';
import { add, cast, split } from '../../graph/ops.js';
import { float32 } from '../../tensor.js';

/** LN(x)·scale + shift; `grouped`: [rows·groups, 1, width] each, else [width]. */
export interface Norm {
  readonly scale: Value;
  readonly shift: Value;
  readonly grouped: boolean;
}

/** How time modulates a block: its norms before self-attention and before the feed-forward network, and the gates after them. */
export interface BlockModulation {
  readonly first: Norm;
  readonly second: Norm;
  /** [rows·groups, 1, width] */
  readonly gates: readonly [attention: Value, feedForward: Value];
}

/** @param time what all blocks share [rows·groups, 6, width], in float32 */
export function modulateBlock(g: Graph, name: string, time: Value): BlockModulation {
  const [shift1, scale1, gate1, shift2, scale2, gate2] = modulate(
    g,
    `${name}.scale_shift_table`,
    time,
    [0, 1, 0, 0, 1, 0],
  ) as [Value, Value, Value, Value, Value, Value];
  return {
    first: { scale: scale1, shift: shift1, grouped: true },
    second: { scale: scale2, shift: shift2, grouped: true },
    gates: [gate1, gate2],
  };
}

/** @param time [rows·groups, 1, width], in float32 */
export function modulateOutput(g: Graph, time: Value): Norm {
  const [shift, scale] = modulate(g, 'scale_shift_table', time, [0, 1]) as [Value, Value];
  return { scale, shift, grouped: true };
}

/**
 * Learned offsets + time: one vector [rows·groups, 1, width] for each entry of `plus`, which is added to it. A scale s is
 * applied as 1 + s, so scales have 1 there.
 */
function modulate(g: Graph, table: string, time: Value, plus: readonly number[]): Value[] {
  const offsets = g.constant(float32(Float32Array.from(plus), [1, plus.length, 1]));
  const learned = add(g.weight(table, { as: 'float32' }), offsets); // constant, folded when the session opens
  const all = cast(add(learned, time), g.compute); // [rows·groups, plus.length, width]
  return split(
    all,
    plus.map(() => 1),
    1,
  );
}
