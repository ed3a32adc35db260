import type { Graph, Value } from '../../graph/graph.js';
import * as op from '../../graph/ops.js';

/** The kernel of a convolution over three frames, as 2-D kernels [out, in, k, k]. */
export interface Taps {
  /** For the frame before last, the last and the present one. */
  readonly direct: readonly [Value, Value, Value];
  /** g₀, (g₀+g₁+g₂)/2, (g₀−g₁+g₂)/2, g₂ with its sign turned. */
  readonly winograd: readonly [Value, Value, Value, Value];
  readonly bias: Value;
  readonly noBias: Value;
}

/** Everything here depends on weights only: ONNX Runtime calculates it once, when the session opens. */
export function timeTaps(graph: Graph, name: string): Taps {
  const weight = graph.weight(`${name}.weight`); // [out, in, 3, k, k]
  const bias = graph.weight(`${name}.bias`);
  const [g0, g1, g2] = op.split(weight, [1, 1, 1], 2).map((tap) => op.squeeze(tap, [2])) as [Value, Value, Value];
  const half = op.scalar(weight, 0.5);
  const outer = op.add(g0, g2);
  return {
    direct: [g0, g1, g2],
    winograd: [g0, op.mul(op.add(outer, g1), half), op.mul(op.sub(outer, g1), half), op.mul(g2, op.scalar(g2, -1))],
    bias,
    noBias: op.zerosLike(bias),
  };
}

/**
 * frames[i], frames[i+1], frames[i+2] → one frame each, n − 2 in all; null is a frame of zeros. Two frames at a time where
 * possible, after Winograd's F(2,3) along time: 4 convolutions instead of 6 (Lavin and Gray, arXiv:1509.09308, §4.1).
 */
export function convolveTime(frames: readonly (Value | null)[], taps: Taps, space: 0 | 1): Value[] {
  const pads = { pads: [space, space, space, space] };
  const results: Value[] = [];
  for (let i = 0; i + 2 < frames.length; ) {
    const [d0, d1, d2, d3] = frames.slice(i, i + 4) as (Value | null | undefined)[];
    if (d0 && d1 && d2 && d3) {
      const [w0, w1, w2, w3] = taps.winograd;
      const sum = op.conv(op.add(d1, d2), w1, taps.bias, pads);
      const difference = op.conv(op.sub(d2, d1), w2, taps.noBias, pads);
      results.push(op.add(op.conv(op.sub(d0, d2), w0, taps.noBias, pads), op.add(sum, difference)));
      results.push(op.add(op.conv(op.sub(d1, d3), w3, taps.noBias, pads), op.sub(sum, difference)));
      i += 2;
    } else {
      let y: Value | undefined;
      for (const [tap, frame] of [d0, d1, d2].entries()) {
        if (!frame) continue;
        const part = op.conv(frame, taps.direct[tap] as Value, y ? taps.noBias : taps.bias, pads);
        y = y ? op.add(part, y) : part;
      }
      if (!y) throw new Error('a convolution over nothing but zeros');
      results.push(y);
      i += 1;
    }
  }
  return results;
}
