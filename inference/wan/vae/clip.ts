import type { Graph, Value } from '../../graph/graph.js';
import type { Past } from './past.js';

/**
 * A stretch of video inside of a graph, in parts along time. How many frames a part holds is the form's business; so is where
 * the channels are. What works on numbers one by one works on every part alike.
 */
export interface Clip {
  readonly parts: readonly Value[];
  /** [channels]: has still to be added to every part. Only `normedConv` and `sum` take such a clip. */
  readonly bias?: Value;
}

export interface FrameConvOptions {
  readonly stride?: number;
  /** Zeros at the top, left, bottom, right; none if left out. */
  readonly pads?: readonly [number, number, number, number];
}

export interface UpsampleOptions {
  /** Name of the 3×3 convolution behind the nearest ×2. */
  readonly name: string;
  /** Channels of the shortcut, before and after the block. */
  readonly from: number;
  readonly to: number;
  /** 2 where the block doubles the frames, else 1. */
  readonly timeFactor: 1 | 2;
  /** Whether the clip starts with the video's first frame, which is never doubled. */
  readonly first: boolean;
}

export interface DownsampleOptions {
  /** Channels of the shortcut, before and after the block. */
  readonly from: number;
  readonly to: number;
  readonly timeFactor: 1 | 2;
  readonly spaceFactor: 1 | 2;
}

/**
 * How video lies in a graph and how time is convolved: the part of the VAE where what is fast differs from device to device.
 * The networks are written once over this interface; every implementation gives the same numbers up to rounding.
 */
export interface ClipForm {
  readonly graph: Graph;
  /** Frames [rows, channels, frames, height, width] as a part of this form, and a part as frames. */
  enter(frames: Value): Value;
  leave(part: Value): Value;
  sum(a: Clip, b: Clip): Clip;
  /** 2-D convolution of every frame; weight [out, in, k, k] or [out, in, 1, k, k]. */
  frameConv(x: Clip, name: string, options?: FrameConvOptions): Clip;
  /** 3×3×3 convolution that sees two frames of history and none of the future. */
  causalConv(x: Clip, name: string, past: Past): Clip;
  /**
   * The same of silu(γ·√C·x / ‖x‖₂), the norm over the channels of every pixel and in fp32; `norm` is the name before `.gamma`. With
   * `mayLeaveBias` the convolution's bias may be left to whoever takes the clip next.
   */
  normedConv(x: Clip, norm: string, name: string, past: Past, mayLeaveBias?: 'mayLeaveBias'): Clip;
  /** Makes two frames of each, from it and two frames of history; the video's first frame passes as it is. */
  doubleFrames(x: Clip, name: string, past: Past, first: boolean): Clip;
  /** conv3×3(nearest×2(x)) + DupUp(shortcut) */
  upsample(x: Clip, shortcut: Clip, options: UpsampleOptions): Clip;
  /** Applies a function of frames [n, channels, height, width] that keeps their shape. */
  eachFrame(x: Clip, f: (frames: Value) => Value): Clip;
}

/** The only part of a clip whose form has one. */
export function onePart(x: Clip): Value {
  const [part, ...others] = settled(x);
  if (!part || others.length > 0) throw new Error(`a clip of one part was due, not of ${x.parts.length}`);
  return part;
}

/** Applies a function of values to every part; it must not mix frames. */
export function mapClip(x: Clip, f: (part: Value) => Value): Clip {
  return { parts: settled(x).map(f) };
}

export function zipClips(a: Clip, b: Clip, f: (a: Value, b: Value) => Value): Clip {
  const [left, right] = [settled(a), settled(b)];
  if (left.length !== right.length) throw new Error(`clips of ${left.length} and ${right.length} parts`);
  return { parts: left.map((part, i) => f(part, right[i] as Value)) };
}

function settled({ parts, bias }: Clip): readonly Value[] {
  if (bias) throw new Error('a clip whose bias was not added yet');
  return parts;
}
