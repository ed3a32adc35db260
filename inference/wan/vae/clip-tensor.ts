import type { Graph, Value } from '../../graph/graph.js';
import * as op from '../../graph/ops.js';
import { cellsToSpace, dimsOf, halvesToFrames } from './cells.js';
import { channelNorm } from './channel-norm.js';
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
const frames = 2; // the time axis of [rows, channels, frames, height, width]

/**
 * A clip as one tensor [rows, channels, frames, height, width] and time as the third axis of ONNX's Conv: the form for CUDA,
 * and the one whose number of frames may differ from run to run.
 *
 * It keeps to what ONNX Runtime's CUDA provider is used for every day. Convolutions are padded alike at both ends of an axis:
 * cuDNN's compiled kernels know nothing else, and what it does instead has failed at other models too (microsoft/onnxruntime
 * #26274). No resizing over five axes (a path rewritten in 2026, #27578), no transpose over more than five.
 */
export class TensorForm implements ClipForm {
  constructor(readonly graph: Graph) {}

  enter(frames: Value): Value {
    return frames;
  }

  leave(part: Value): Value {
    return part;
  }

  sum(a: Clip, b: Clip): Clip {
    return zipClips(a, b, op.add);
  }

  frameConv(x: Clip, name: string, options: FrameConvOptions = {}): Clip {
    const [out, input, height, width] = this.kernel(name);
    const weight = this.graph.weight(`${name}.weight`, { shape: [out, input, 1, height, width] });
    const [top, left, bottom, right] = options.pads ?? [0, 0, 0, 0];
    const stride = options.stride ?? 1;
    const even = top === bottom && left === right;
    const attributes = { strides: [1, stride, stride], ...(even && { pads: [0, top, left, 0, bottom, right] }) };
    return mapClip(x, (part) => {
      const padded = even ? part : op.pad(part, [0, 0, 0, top, left], [0, 0, 0, bottom, right]);
      return op.conv(padded, weight, this.bias(name), attributes);
    });
  }

  causalConv(x: Clip, name: string, past: Past): Clip {
    const y = this.convolve(onePart(x), name, past, 1);
    return { parts: [y] };
  }

  normedConv(x: Clip, norm: string, name: string, past: Past): Clip {
    const normed = mapClip(x, (part) => op.silu(channelNorm(part, `${norm}.gamma`, 3)));
    return this.causalConv(normed, name, past);
  }

  doubleFrames(x: Clip, name: string, past: Past, first: boolean): Clip {
    const clip = onePart(x);
    if (!first) return { parts: [halvesToFrames(this.convolve(clip, name, past, 0))] };
    // The first frame neither passes through the convolution nor enters its history: zeros stand in its place, and what is
    // made of them is dropped. Written so that it also holds for a video of a single frame.
    const head = op.slice(clip, frames, 0, 1);
    const masked = op.concat([op.zerosLike(head), op.slice(clip, frames, 1, end)], frames);
    const doubled = halvesToFrames(this.convolve(masked, name, past, 0));
    return { parts: [op.concat([head, op.slice(doubled, frames, 2, end)], frames)] };
  }

  upsample(x: Clip, shortcut: Clip, options: UpsampleOptions): Clip {
    const large = mapClip(x, nearest);
    const convolved = this.frameConv(large, options.name, { pads: [1, 1, 1, 1] });
    return { parts: [op.add(onePart(convolved), this.dupUp(onePart(shortcut), options))] };
  }

  eachFrame(x: Clip, f: (frames: Value) => Value): Clip {
    const clip = op.transpose(onePart(x), [0, 2, 1, 3, 4]); // [rows, frames, C, h, w]
    const size = op.shape(clip);
    const flat = op.reshapeTo(clip, op.concat([op.ints(this.graph, [-1]), op.slice(size, 0, 2, 5)], 0));
    return { parts: [op.transpose(op.reshapeTo(f(flat), size), [0, 2, 1, 3, 4])] };
  }

  /** Convolution over time with two frames of history, zeros at the start of the video. */
  private convolve(x: Value, name: string, past: Past, space: 0 | 1): Value {
    const before = past.of(name)?.parts[0];
    const seen = before ? op.concat([before, x], frames) : op.pad(x, [0, 0, 2, 0, 0], [0, 0, 0, 0, 0]);
    past.remember(name, () => {
      const last = op.slice(seen, frames, -2, end);
      return { parts: [last], like: last };
    });
    const pads = [0, space, space, 0, space, space];
    return op.conv(seen, this.graph.weight(`${name}.weight`), this.bias(name), { pads });
  }

  /** Channels repeated into the cells of a grid twice as fine: DupUp3D of diffusers. */
  private dupUp(x: Value, { from, to, timeFactor, first }: UpsampleOptions): Value {
    const sources = dupUpSources(from, to, timeFactor);
    const cells = op.gather(x, op.ints(this.graph, sources), 1); // [rows, to·timeFactor·2·2, T, h, w]
    const fine = cellsToSpace(cells, { time: timeFactor, slower: 'row' });
    return first && timeFactor === 2 ? op.slice(fine, frames, 1, end) : fine;
  }

  private kernel(name: string): [number, number, number, number] {
    const shape = this.graph.shapeOf(`${name}.weight`);
    return [shape[0], shape[1], shape.at(-2), shape.at(-1)] as [number, number, number, number];
  }

  private bias(name: string): Value {
    return this.graph.weight(`${name}.bias`);
  }
}

/** Every pixel as a 2×2 block. */
function nearest(x: Value): Value {
  const g = x.graph;
  const [rows, channels, time, height, width] = dimsOf(x);
  const flat = op.reshapeTo(x, op.concat([rows, op.mul(channels, time), height, width], 0));
  const large = g.node('Resize', [flat, null, op.floats(g, [1, 1, 2, 2])], {
    attributes: { mode: 'nearest', nearest_mode: 'floor', coordinate_transformation_mode: 'asymmetric' },
  });
  return op.reshapeTo(large, op.concat([rows, channels, time, op.slice(op.shape(large), 0, 2, 4)], 0));
}
