import type { Graph, Value } from '../../graph/graph.js';
import * as op from '../../graph/ops.js';
import { type Clip, type ClipForm, type FrameConvOptions, mapClip, type UpsampleOptions } from './clip.js';
import type { Past } from './past.js';
import { dupUpSources } from './shortcut.js';

const end = Number.MAX_SAFE_INTEGER;
const frames = 2; // the time axis of [rows, channels, frames, height, width]

/**
 * A clip as one tensor [rows, channels, frames, height, width] and time as the third axis of ONNX's Conv: the form for CUDA,
 * and the one whose number of frames may differ from run to run.
 */
export class TensorForm implements ClipForm {
  readonly axes = 3;
  constructor(readonly graph: Graph) {}

  frameConv(x: Clip, name: string, options: FrameConvOptions = {}): Clip {
    const [out, input, height, width] = this.kernel(name);
    const weight = this.graph.weight(`${name}.weight`, { shape: [out, input, 1, height, width] });
    const [top, left, bottom, right] = options.pads ?? [0, 0, 0, 0];
    const stride = options.stride ?? 1;
    const attributes = { pads: [0, top, left, 0, bottom, right], strides: [1, stride, stride] };
    return mapClip(x, (part) => op.conv(part, weight, this.bias(name), attributes));
  }

  causalConv(x: Clip, name: string, past: Past): Clip {
    const y = this.convolve(one(x), name, past, 1);
    return { parts: [y] };
  }

  doubleFrames(x: Clip, name: string, past: Past, first: boolean): Clip {
    const clip = one(x);
    if (!first) return { parts: [interleaveHalves(this.convolve(clip, name, past, 0))] };
    // The first frame neither passes through the convolution nor enters its history: zeros stand in its place, and what is
    // made of them is dropped. Written so that it also holds for a video of a single frame.
    const head = op.slice(clip, frames, 0, 1);
    const masked = op.concat([op.zerosLike(head), op.slice(clip, frames, 1, end)], frames);
    const doubled = interleaveHalves(this.convolve(masked, name, past, 0));
    return { parts: [op.concat([head, op.slice(doubled, frames, 2, end)], frames)] };
  }

  upsample(x: Clip, shortcut: Clip, options: UpsampleOptions): Clip {
    const large = mapClip(x, nearest);
    const convolved = this.frameConv(large, options.name, { pads: [1, 1, 1, 1] });
    return { parts: [op.add(one(convolved), this.dupUp(one(shortcut), options))] };
  }

  eachFrame(x: Clip, f: (frames: Value) => Value): Clip {
    const clip = op.transpose(one(x), [0, 2, 1, 3, 4]); // [rows, frames, C, h, w]
    const size = op.shape(clip);
    const flat = op.reshapeTo(clip, op.concat([op.ints(this.graph, [-1]), op.slice(size, 0, 2, 5)], 0));
    return { parts: [op.transpose(op.reshapeTo(f(flat), size), [0, 2, 1, 3, 4])] };
  }

  /** Convolution over time with two frames of history, zeros at the start of the video. */
  private convolve(x: Value, name: string, past: Past, space: 0 | 1): Value {
    const before = past.of(name)?.parts[0];
    const seen = before ? op.concat([before, x], frames) : x;
    const history = before ? seen : op.pad(x, [0, 0, 2, 0, 0], [0, 0, 0, 0, 0]);
    const last = op.slice(history, frames, -2, end);
    past.remember(name, { parts: [last], like: last });
    const pads = [before ? 0 : 2, space, space, 0, space, space];
    return op.conv(seen, this.graph.weight(`${name}.weight`), this.bias(name), { pads });
  }

  /** Channels repeated into the cells of a grid twice as fine: DupUp3D of diffusers. */
  private dupUp(x: Value, { from, to, timeFactor, first }: UpsampleOptions): Value {
    const sources = dupUpSources(from, to, timeFactor);
    const g = this.graph;
    const spread = op.gather(x, op.ints(g, sources), 1); // [rows, to·ft·2·2, T, h, w]
    const size = op.shape(x);
    const dims = (axis: number) => op.slice(size, 0, axis, axis + 1);
    const cells = op.reshapeTo(
      spread,
      op.concat([dims(0), op.ints(g, [to, timeFactor, 2, 2]), op.slice(size, 0, 2, 5)], 0),
    );
    const ordered = op.transpose(cells, [0, 1, 5, 2, 6, 3, 7, 4]); // [rows, to, T, ft, h, 2, w, 2]
    const factors = op.ints(g, [timeFactor, 2, 2]);
    const fine = op.reshapeTo(
      ordered,
      op.concat([dims(0), op.ints(g, [to]), op.mul(op.slice(size, 0, 2, 5), factors)], 0),
    );
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

function one(x: Clip): Value {
  const [part, ...others] = x.parts;
  if (!part || others.length > 0) throw new Error(`a clip of the tensor form has one part, not ${x.parts.length}`);
  return part;
}

/** [rows, 2C, T, h, w] → [rows, C, 2T, h, w]: the first half of the channels are the earlier frames. */
function interleaveHalves(x: Value): Value {
  const size = op.shape(x);
  const space = op.slice(size, 0, 3, 5);
  const halves = op.reshapeTo(
    x,
    op.concat([op.slice(size, 0, 0, 1), op.ints(x.graph, [2, -1]), op.slice(size, 0, 2, 5)], 0),
  );
  const ordered = op.transpose(halves, [0, 2, 3, 1, 4, 5]); // [rows, C, T, 2, h, w]
  const channels = op.div(op.slice(size, 0, 1, 2), op.ints(x.graph, [2]));
  const doubled = op.mul(op.slice(size, 0, 2, 3), op.ints(x.graph, [2]));
  return op.reshapeTo(ordered, op.concat([op.slice(size, 0, 0, 1), channels, doubled, space], 0));
}

/** Every pixel as a 2×2 block. */
function nearest(x: Value): Value {
  const g = x.graph;
  return g.node('Resize', [x, null, op.floats(g, [1, 1, 1, 2, 2])], {
    attributes: { mode: 'nearest', nearest_mode: 'floor', coordinate_transformation_mode: 'asymmetric' },
  });
}
