import { Graph, type Value } from '../../graph/graph.js';
import * as op from '../../graph/ops.js';
import type { DType } from '../../tensor.js';
import type { VaeConfig } from '../config.js';
import { dimsOf, spaceToCells } from './cells.js';
import { type Clip, zipClips } from './clip.js';
import { TensorForm } from './clip-tensor.js';
import type { VaeSource } from './decoder-graphs.js';
import { midBlock, resBlock } from './layers.js';
import { Past } from './past.js';
import { avgDownGroup } from './shortcut.js';

const end = Number.MAX_SAFE_INTEGER;

/** What every down block but the last halves: space always, time in the second and third. */
const halves = [
  { time: 1, space: 2 },
  { time: 2, space: 2 },
  { time: 2, space: 2 },
  { time: 1, space: 1 },
] as const;

/**
 * The encoder over all frames at once: pixels [rows, 3, 4n + 1, 16h, 16w] in [-1, 1] → the normalised mean
 * [rows, z, n + 1, h, w]. Source: diffusers autoencoder_kl_wan.py, WanEncoder3d; its loop over chunks is bookkeeping only.
 */
export function singlePassEncoder({ weights, config }: VaeSource, compute: DType): Graph {
  const g = new Graph('vae encoder', weights, compute);
  const pixels = g.input('pixels', 'float32', ['rows', 3, 'pixelFrames', 'pixelHeight', 'pixelWidth']);
  const moments = encode(new TensorForm(g), g.cast(fold(pixels), compute), config);
  const mean = g.cast(op.slice(moments, 1, 0, config.latentChannels), 'float32');
  g.output('latents', normalise(mean, config), ['rows', config.latentChannels, 'frames', 'height', 'width']);
  return g;
}

/** Folded pixels [rows, 12, T, 8h, 8w] → mean and log-variance, one after the other in the channels. */
function encode(form: TensorForm, folded: Value, config: VaeConfig): Value {
  const channels = [1, ...config.dimMultipliers].map((m) => m * config.baseDim);
  const past = new Past(); // nothing before, and nobody asks what is left
  let x = form.causalConv({ parts: [folded] }, 'encoder.conv_in', past);
  for (const [level, { time, space }] of halves.entries()) {
    const name = `encoder.down_blocks.${level}`;
    const shortcut = avgDown(
      x.parts[0] as Value,
      channels[level] as number,
      channels[level + 1] as number,
      time,
      space,
    );
    for (let i = 0; i < config.resBlocks; i++) x = resBlock(form, x, `${name}.resnets.${i}`, past);
    if (space === 2) x = form.frameConv(x, `${name}.downsampler.resample.1`, { stride: 2, pads: [0, 0, 1, 1] });
    if (time === 2) x = halveFrames(x, `${name}.downsampler.time_conv`);
    x = zipClips(x, { parts: [shortcut] }, op.add);
  }
  x = midBlock(form, x, 'encoder.mid_block', past);
  x = form.normedConv(x, 'encoder.norm_out', 'encoder.conv_out', past);
  return form.frameConv(x, 'quant_conv').parts[0] as Value;
}

/**
 * Of 2k + 1 frames the first passes, the rest are convolved in overlapping threes with stride two: k + 1 frames. Two frames of
 * zeros in front, whose result is dropped, let the same nodes serve a single frame.
 */
function halveFrames(x: Clip, name: string): Clip {
  const frames = x.parts[0] as Value;
  const { graph: g } = frames;
  const padded = op.pad(frames, [0, 0, 2, 0, 0], [0, 0, 0, 0, 0]);
  const convolved = op.conv(padded, g.weight(`${name}.weight`), g.weight(`${name}.bias`), { strides: [2, 1, 1] });
  return { parts: [op.concat([op.slice(frames, 2, 0, 1), op.slice(convolved, 2, 1, end)], 2)] };
}

/** Means of neighbouring cells, channels grouped where they do not match: AvgDown3D of diffusers. x [rows, from, T, H, W] */
function avgDown(x: Value, from: number, to: number, time: 1 | 2, space: 1 | 2): Value {
  if (from === to && space === 1) return x;
  const group = avgDownGroup(from, to, time, space);
  // T is odd: a frame of zeros in front makes it even, so the first frame is averaged with it.
  const even = time === 2 ? op.pad(x, [0, 0, 1, 0, 0], [0, 0, 0, 0, 0]) : x;
  // [rows, from·time·space·space, T', h, w]; what keeps its space keeps its time too.
  const cells = space === 1 ? even : spaceToCells(even, { time, slower: 'row' });
  const [rows, , frames, height, width] = dimsOf(cells);
  const groups = op.reshapeTo(cells, op.concat([rows, op.ints(x.graph, [to, group]), frames, height, width], 0));
  return op.squeeze(op.reduceMean(groups, 2), [2]);
}

/** [rows, 3, T, 2h, 2w] → [rows, 12, T, h, w]: the inverse of the decoder's unfolding. */
function fold(x: Value): Value {
  return spaceToCells(x, { time: 1, slower: 'column' });
}

/** (mean − μ)·(1/σ), the reciprocal rounded to fp32 first as diffusers does. */
function normalise(mean: Value, config: VaeConfig): Value {
  const g = mean.graph;
  const shape = [config.latentChannels, 1, 1, 1];
  const reciprocal = Float32Array.from(config.latentsStd, (s) => 1 / Math.fround(s));
  return op.mul(op.sub(mean, op.floats(g, config.latentsMean, shape)), op.floats(g, reciprocal, shape));
}
