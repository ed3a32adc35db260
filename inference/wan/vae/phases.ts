import type { Graph, Value } from '../../graph/graph.js';
import * as op from '../../graph/ops.js';

/**
 * conv3×3(nearest×2(x)) without the large picture: at each of the four positions within a 2×2 block two neighbouring taps
 * fall on the same pixel, so a 2×2 kernel of their sums gives the same number for 4/9 of the work (1.7 to 2 times as fast
 * as Resize and Conv on the CPU).
 */
export class PhaseKernels {
  private readonly kernels: Value[];
  private readonly bias: Value;

  /** @param name of a convolution [out, in, 3, 3] */
  constructor(graph: Graph, name: string) {
    const weight = graph.weight(`${name}.weight`);
    this.kernels = foldTaps(weight, 2).flatMap((rows) => foldTaps(rows, 3)); // 4 × [out, in, 2, 2]
    this.bias = graph.weight(`${name}.bias`);
  }

  /** x [n, in, h, w] → [n, out, 2h, 2w], plus `shortcut(row, column)` [n, out, h, w] at that position of every block. */
  upsample(x: Value, shortcut: (row: number, column: number) => Value): Value {
    const phases = this.kernels.map((kernel, i) => {
      const [row, column] = [i >> 1, i & 1];
      const pads = [1 - row, 1 - column, row, column];
      return op.add(op.conv(x, kernel, this.bias, { pads }), shortcut(row, column));
    });
    const [p00, p01, p10, p11] = phases as [Value, Value, Value, Value];
    return interleave(interleave(p00, p01, 3), interleave(p10, p11, 3), 2);
  }
}

/** Of three taps a, b, c along an axis: [a, b+c] for the first position of the block, [a+b, c] for the second. */
function foldTaps(weight: Value, axis: number): [Value, Value] {
  const [a, b, c] = op.split(weight, [1, 1, 1], axis) as [Value, Value, Value];
  return [op.concat([a, op.add(b, c)], axis), op.concat([op.add(a, b), c], axis)];
}

/** a₀ b₀ a₁ b₁ … along an axis of [n, C, h, w]; a tenth to a fifth faster than DepthToSpace on the CPU. */
function interleave(a: Value, b: Value, axis: 2 | 3): Value {
  const pairs = op.concat([op.unsqueeze(a, [axis + 1]), op.unsqueeze(b, [axis + 1])], axis + 1);
  const size = op.shape(a);
  const doubled = op.mul(size, op.ints(a.graph, axis === 2 ? [1, 1, 2, 1] : [1, 1, 1, 2]));
  return op.reshapeTo(pairs, doubled);
}
