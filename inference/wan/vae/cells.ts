import type { Value } from '../../graph/graph.js';
import * as op from '../../graph/ops.js';

/**
 * Grids of 2×2 cells (of 2 or 1 frames each) between channels and space, as transposes of five axes, one for time and one for
 * space: in one it would be eight, which is all that ONNX Runtime's CUDA provider allows.
 */
export interface CellGrid {
  /** Frames of a cell. */
  readonly time: 1 | 2;
  /** Which of a cell's digits is the slower one in the channels. */
  readonly slower: 'row' | 'column';
}

/** [rows, C·time·2·2, T, h, w] → [rows, C, T·time, 2h, 2w] */
export function cellsToSpace(x: Value, { time, slower }: CellGrid): Value {
  const g = x.graph;
  const [rows, channels, frames, height, width] = dimsOf(x);
  const area = op.mul(height, width);
  const cells = op.reshapeTo(x, op.concat([op.ints(g, [-1, time, 4]), frames, area], 0));
  const ordered = op.transpose(cells, [0, 3, 1, 2, 4]); // [rows·C, T, time, 4, h·w]
  const blocks = op.reshapeTo(ordered, op.concat([op.ints(g, [-1, 2, 2]), height, width], 0));
  const fine = op.transpose(blocks, slower === 'row' ? [0, 3, 1, 4, 2] : [0, 3, 2, 4, 1]); // […, h, row, w, column]
  return op.reshapeTo(
    fine,
    op.concat([rows, divided(channels, 4 * time), times(frames, time), times(height, 2), times(width, 2)], 0),
  );
}

/** The inverse: [rows, C, T·time, 2h, 2w] → [rows, C·time·2·2, T, h, w] */
export function spaceToCells(x: Value, { time, slower }: CellGrid): Value {
  const g = x.graph;
  const [rows, channels, frames, height, width] = dimsOf(x);
  const [t, h, w] = [divided(frames, time), divided(height, 2), divided(width, 2)];
  const two = op.ints(g, [2]);
  const blocks = op.reshapeTo(x, op.concat([op.ints(g, [-1]), h, two, w, two], 0));
  const ordered = op.transpose(blocks, slower === 'row' ? [0, 2, 4, 1, 3] : [0, 4, 2, 1, 3]); // [rows·C·T·time, 2, 2, h, w]
  const cells = op.reshapeTo(ordered, op.concat([op.mul(rows, channels), t, op.ints(g, [time, 4, -1])], 0));
  const stacked = op.transpose(cells, [0, 2, 3, 1, 4]); // [rows·C, time, 4, T, h·w]
  return op.reshapeTo(stacked, op.concat([rows, times(channels, 4 * time), t, h, w], 0));
}

/** [rows, 2C, T, h, w] → [rows, C, 2T, h, w]: the first half of the channels are the earlier frames. */
export function halvesToFrames(x: Value): Value {
  const [rows, channels, frames, height, width] = dimsOf(x);
  const half = divided(channels, 2);
  const halves = op.reshapeTo(x, op.concat([rows, op.ints(x.graph, [2]), half, frames, op.ints(x.graph, [-1])], 0));
  const ordered = op.transpose(halves, [0, 2, 3, 1, 4]); // [rows, C, T, 2, h·w]
  return op.reshapeTo(ordered, op.concat([rows, half, times(frames, 2), height, width], 0));
}

type Dims = readonly [rows: Value, channels: Value, frames: Value, height: Value, width: Value];

/** Of a clip of five axes, each as an int64 tensor [1]. */
export function dimsOf(x: Value): Dims {
  const size = op.shape(x);
  return [0, 1, 2, 3, 4].map((axis) => op.slice(size, 0, axis, axis + 1)) as unknown as Dims;
}

const times = (dim: Value, factor: number): Value => op.mul(dim, op.ints(dim.graph, [factor]));
const divided = (dim: Value, by: number): Value => op.div(dim, op.ints(dim.graph, [by]));
