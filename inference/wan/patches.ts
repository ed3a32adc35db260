import type { Value } from '../graph/graph.js';
import { concat, dim, div, ints, reshapeTo, transpose } from '../graph/ops.js';
import type { LatentShape } from '../pipeline/networks.js';
import type { TokenGrid } from './rope.js';

/** Odd heights and widths lose their last row or column, as the patch embedding's stride makes them. */
export function tokenGrid(shape: LatentShape): TokenGrid {
  return { frames: shape.frames, height: Math.floor(shape.height / 2), width: Math.floor(shape.width / 2) };
}

/** The latents [channels, frames, height, width] that come out of a token grid: themselves, where height and width are even. */
export function evenLatents(latents: Float32Array, shape: LatentShape): Float32Array {
  const { channels, frames, height, width } = shape;
  const even = evenShape(shape);
  if (even.height === height && even.width === width) return latents;
  const cropped = new Float32Array(channels * frames * even.height * even.width);
  for (let row = 0; row < channels * frames * even.height; row++) {
    const start = (Math.floor(row / even.height) * height + (row % even.height)) * width;
    cropped.set(latents.subarray(start, start + even.width), row * even.width);
  }
  return cropped;
}

export function evenShape(shape: LatentShape): LatentShape {
  return { ...shape, height: shape.height & ~1, width: shape.width & ~1 };
}

/**
 * Latents [samples, channels, frames, height, width] → [samples, tokens, channels·2·2], features ordered (channel, y, x): the input of
 * the patch embedding, a convolution whose stride is its kernel, as a linear layer.
 */
export function patchify(latents: Value, channels: number): Value {
  const { samples, grid } = gridOf(latents);
  const [frames, height, width] = grid;
  const two = ints(latents.graph, [2]);
  const apart = reshapeTo(
    latents,
    concat([samples, ints(latents.graph, [channels]), frames, height, two, width, two], 0),
  );
  const tokens = transpose(apart, [0, 2, 3, 5, 1, 4, 6]); // [samples, frames, h, w, channels, y, x]
  return reshapeTo(tokens, concat([samples, ints(latents.graph, [-1, channels * 4])], 0));
}

/** Output features [rows, tokens, 2·2·channels], ordered (y, x, channel), → [rows, channels, frames, height, width] as `like` has them. */
export function unpatchify(features: Value, like: Value, channels: number): Value {
  const g = features.graph;
  const { grid, size } = gridOf(like);
  const rows = dim(features, 0);
  const apart = reshapeTo(features, concat([rows, ...grid, ints(g, [2, 2, channels])], 0));
  const ordered = transpose(apart, [0, 6, 1, 2, 4, 3, 5]); // [rows, channels, frames, h, y, w, x]
  return reshapeTo(ordered, concat([rows, ints(g, [channels]), ...size], 0));
}

/** Of latents of five axes: how many, their tokens along time, height and width, and their own sizes there. */
function gridOf(latents: Value): { samples: Value; grid: [Value, Value, Value]; size: [Value, Value, Value] } {
  const [samples, frames, height, width] = [0, 2, 3, 4].map((axis) => dim(latents, axis)) as [
    Value,
    Value,
    Value,
    Value,
  ];
  const half = (size: Value) => div(size, ints(latents.graph, [2]));
  return { samples, grid: [frames, half(height), half(width)], size: [frames, height, width] };
}
