import { biasAdd, biasRmsNormSiluAfter } from '../../graph/fused-ops.js';
import type { Graph, Value } from '../../graph/graph.js';
import * as op from '../../graph/ops.js';
import { dimsOf } from './cells.js';
import {
  type Clip,
  type ClipForm,
  type FrameConvOptions,
  mapClip,
  onePart,
  type UpsampleOptions,
  zipClips,
} from './clip.js';
import type { Past } from './past.js';
import { dupUpSources } from './shortcut.js';

const end = Number.MAX_SAFE_INTEGER;
const epsilon = 1e-24;
const time = 1; // the axis of frames

/**
 * A clip as one tensor [rows, frames, height, width, channels]. On CUDA convolutions in this layout were measured 16 % faster than
 * in PyTorch's (572 and 493 TFLOP/s on an H100), and the norm over the channels is one kernel where it is ten otherwise.
 * @param internal ONNX Runtime's own operators for this layout, which only its CUDA provider has; else transposes around the usual
 *   ones, which give the same numbers.
 * @param fused our own operators between the convolutions (fused-ops.ts), in float16 and for channels in multiples of 8 up to 1,024.
 */
export class ChannelsLastForm implements ClipForm {
  constructor(
    readonly graph: Graph,
    private readonly internal: boolean,
    private readonly fused = false,
  ) {}

  enter(x: Value): Value {
    return op.transpose(x, [0, 2, 3, 4, 1]);
  }

  leave(part: Value): Value {
    return op.transpose(part, [0, 4, 1, 2, 3]);
  }

  sum(a: Clip, b: Clip): Clip {
    const { bias } = a;
    return bias ? zipClips({ parts: a.parts }, b, (left, right) => biasAdd(left, bias, right)) : zipClips(a, b, op.add);
  }

  frameConv(x: Clip, name: string, options: FrameConvOptions = {}): Clip {
    const shape = this.graph.shapeOf(`${name}.weight`);
    const kernel = [shape[0], shape[1], 1, shape.at(-2), shape.at(-1)] as number[];
    const weight = this.graph.weight(`${name}.weight`, { shape: kernel });
    const [top, left, bottom, right] = options.pads ?? [0, 0, 0, 0];
    const stride = options.stride ?? 1;
    const convolve = (part: Value) =>
      this.conv(part, weight, name, { strides: [1, stride, stride], pads: [0, top, left, 0, bottom, right] });
    return mapClip(x, convolve);
  }

  causalConv(x: Clip, name: string, past: Past): Clip {
    return { parts: [this.overTime(joined(onePart(x), name, past), name, past, 1)] };
  }

  normedConv(x: Clip, norm: string, name: string, past: Past, mayLeaveBias?: 'mayLeaveBias'): Clip {
    const leaves = this.fused && mayLeaveBias !== undefined;
    const parts = [this.overTime(this.normed(x, norm, name, past), name, past, 1, !leaves)];
    return leaves ? { parts, bias: this.graph.weight(`${name}.bias`) } : { parts };
  }

  doubleFrames(x: Clip, name: string, past: Past, first: boolean): Clip {
    const clip = onePart(x);
    if (!first) return { parts: [halvesToFrames(this.overTime(joined(clip, name, past), name, past, 0))] };
    // As in TensorForm: zeros stand for the first frame, and what is made of them is dropped.
    const head = op.slice(clip, time, 0, 1);
    const masked = op.concat([op.zerosLike(head), op.slice(clip, time, 1, end)], time);
    const doubled = halvesToFrames(this.overTime(joined(masked, name, past), name, past, 0));
    return { parts: [op.concat([head, op.slice(doubled, time, 2, end)], time)] };
  }

  upsample(x: Clip, shortcut: Clip, options: UpsampleOptions): Clip {
    const convolved = this.frameConv(mapClip(x, nearest), options.name, { pads: [1, 1, 1, 1] });
    return { parts: [op.add(onePart(convolved), this.dupUp(onePart(shortcut), options))] };
  }

  /** Through the layout that the function wants: it is used once, where frames are smallest. */
  eachFrame(x: Clip, f: (frames: Value) => Value): Clip {
    const clip = onePart(x);
    const frames = op.transpose(merge(clip, 2), [0, 3, 1, 2]); // [rows·frames, C, h, w]
    return { parts: [op.reshapeTo(op.transpose(f(frames), [0, 2, 3, 1]), op.shape(clip))] };
  }

  /** γ·√C·x/‖x‖ is γ·x over the root of the mean square; the tiny epsilon keeps pixels of zeros what they are. */
  private normed(x: Clip, norm: string, name: string, past: Past): Seen {
    const channels = this.graph.shapeOf(`${norm}.gamma`)[0] as number;
    const gamma = this.graph.weight(`${norm}.gamma`, { shape: [channels] });
    if (!this.fused) return joined(op.silu(op.rmsNorm(onePart(x), gamma, epsilon)), name, past);
    const part = onePart({ parts: x.parts });
    const bias = x.bias ?? op.zerosLike(gamma);
    const { frames, next } = biasRmsNormSiluAfter(part, bias, gamma, before(part, name, past), epsilon);
    return { frames, next: () => next };
  }

  private overTime({ frames, next }: Seen, name: string, past: Past, space: 0 | 1, withBias = true): Value {
    past.remember(name, () => {
      const left = next();
      return { parts: [left], like: left };
    });
    const pads = [0, space, space, 0, space, space];
    return this.conv(frames, this.graph.weight(`${name}.weight`), withBias ? name : null, { pads });
  }

  /** @param name of the convolution whose bias is added, if any */
  private conv(x: Value, weight: Value, name: string | null, attributes: Record<string, readonly number[]>): Value {
    const bias = name === null ? null : this.graph.weight(`${name}.bias`);
    if (this.internal)
      return this.graph.node('Conv', [x, weight, bias], { domain: 'com.ms.internal.nhwc', attributes });
    return this.enter(op.conv(this.leave(x), weight, bias, attributes));
  }

  /** Channels repeated into the cells of a grid twice as fine, as in TensorForm. */
  private dupUp(x: Value, { from, to, timeFactor, first }: UpsampleOptions): Value {
    const sources = dupUpSources(from, to, timeFactor); // (channel, sub-frame, row, column) → channel of x
    const cell = timeFactor * 4;
    // Here a cell's digits come before the channel.
    const ordered = Array.from(
      { length: to * cell },
      (_, i) => sources[(i % to) * cell + Math.floor(i / to)] as number,
    );
    const cells = op.gather(x, op.ints(this.graph, ordered), 4); // [rows, T, h, w, timeFactor·2·2·to]
    const [rows, frames, height, width] = dimsOf(x);
    const g = this.graph;
    const inFrames =
      timeFactor === 1
        ? cells
        : swapped(cells, op.concat([op.mul(rows, frames), op.mul(height, width), op.ints(g, [timeFactor, 4 * to])], 0));
    const rowsApart = op.concat([op.ints(g, [-1]), width, op.ints(g, [2, 2 * to])], 0);
    const size = op.concat([rows, times(frames, timeFactor), times(height, 2), times(width, 2), op.ints(g, [to])], 0);
    const fine = op.reshapeTo(swapped(inFrames, rowsApart), size);
    return first && timeFactor === 2 ? op.slice(fine, time, 1, end) : fine;
  }
}

/** What a convolution over time sees. */
interface Seen {
  /** Two frames of the past, then this chunk's. */
  readonly frames: Value;
  /** The last two of them: the next chunk's past. */
  readonly next: () => Value;
}

function joined(x: Value, name: string, past: Past): Seen {
  const frames = op.concat([before(x, name, past), x], time);
  return { frames, next: () => op.slice(frames, time, -2, end) };
}

function before(x: Value, name: string, past: Past): Value {
  return past.of(name)?.parts[0] ?? nothing(x);
}

/** Two frames of zeros, before the first. Not by Pad, which takes 4 ms for each convolution on a GPU (test/bench/RESULTS.md). */
function nothing(x: Value): Value {
  const head = op.slice(x, time, 0, 1);
  const zeros = op.sub(head, head);
  return op.concat([zeros, zeros], time);
}

/** Read with four axes, the two in the middle exchanged. */
function swapped(x: Value, shape: Value): Value {
  return op.transpose(op.reshapeTo(x, shape), [0, 2, 1, 3]);
}

/** [rows, T, h, w, 2C] → [rows, 2T, h, w, C]: the first half of the channels are the earlier frames. */
function halvesToFrames(x: Value): Value {
  const g = x.graph;
  const [rows, frames, height, width, channels] = dimsOf(x);
  const half = op.div(channels, op.ints(g, [2]));
  const halves = op.concat([op.mul(rows, frames), op.mul(height, width), op.ints(g, [2]), half], 0);
  return op.reshapeTo(swapped(x, halves), op.concat([rows, times(frames, 2), height, width, half], 0));
}

/** Every pixel as a 2×2 block. */
function nearest(x: Value): Value {
  const g = x.graph;
  const [rows, frames, height, width, channels] = dimsOf(x);
  const one = op.ints(g, [1]);
  const two = op.ints(g, [2]);
  const lines = op.mul(op.mul(rows, frames), height);
  const apart = op.reshapeTo(x, op.concat([lines, one, width, one, channels], 0));
  const blocks = op.expandTo(apart, op.concat([lines, two, width, two, channels], 0));
  return op.reshapeTo(blocks, op.concat([rows, frames, times(height, 2), times(width, 2), channels], 0));
}

/** The first axes of a clip as one. */
function merge(x: Value, axes: number): Value {
  return op.reshapeTo(x, op.concat([op.ints(x.graph, [-1]), op.slice(op.shape(x), 0, axes, 5)], 0));
}

const times = (dim: Value, factor: number): Value => op.mul(dim, op.ints(dim.graph, [factor]));
