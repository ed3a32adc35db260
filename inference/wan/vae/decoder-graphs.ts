import type { WeightSource } from '../../bundle/weights.js';
import { type Dim, Graph, type Value } from '../../graph/graph.js';
import * as op from '../../graph/ops.js';
import type { DType } from '../../tensor.js';
import type { VaeConfig } from '../config.js';
import type { ClipForm } from './clip.js';
import { FrameForm } from './clip-frames.js';
import { ChannelsLastForm } from './clip-last.js';
import { TensorForm } from './clip-tensor.js';
import { decodeChunk, decoderChannels, denormalise, unfold } from './decoder.js';
import { Past } from './past.js';

export interface VaeSource {
  readonly weights: WeightSource;
  readonly config: VaeConfig;
}

/** Sizes of the latents; a name leaves a dimension open. */
export interface LatentDims {
  readonly rows: Dim;
  readonly height: Dim;
  readonly width: Dim;
}

export interface DecoderGraphOptions {
  /** `frames` for the CPU; `tensor` for CUDA, or `channelsLast`, which `transposed` lets the CPU compute too. */
  readonly form: 'frames' | 'tensor' | 'channelsLast' | 'channelsLast, transposed';
  readonly compute: DType;
  /** `channelsLast`, in float16 on CUDA: our own operators between the convolutions (fused-ops.ts). */
  readonly fused?: boolean;
  readonly dims?: LatentDims;
}

/** Whether the fused operators serve the decoder's channels. */
export function canFuse(config: VaeConfig): boolean {
  return decoderChannels(config).every((channels) => channels % 8 === 0 && channels <= 1024);
}

const open: LatentDims = { rows: 'rows', height: 'height', width: 'width' };

/** All frames at once: latents [rows, z, frames, height, width] → pixels [rows, 3, 4·frames − 3, 16·height, 16·width]. */
export function singlePassDecoder({ weights, config }: VaeSource, compute: DType): Graph {
  const g = new Graph('vae decoder', weights, compute);
  const latents = g.input('latents', 'float32', ['rows', config.latentChannels, 'frames', 'height', 'width']);
  const clip = decodeChunk(new TensorForm(g), { parts: [prepare(latents, config)] }, config, new Past(), true);
  g.output('pixels', unfold(clip.parts[0] as Value), ['rows', 3, 'pixelFrames', 'pixelHeight', 'pixelWidth']);
  return g;
}

/** The same for a number of frames that is known, one latent frame after the other: the peak is that of one frame. */
export function unrolledDecoder({ weights, config }: VaeSource, frames: number, options: DecoderGraphOptions): Graph {
  const g = new Graph('vae decoder', weights, options.compute);
  const { rows, height, width } = options.dims ?? open;
  const latents = g.input('latents', 'float32', [rows, config.latentChannels, frames, height, width]);
  const form = clipForm(g, options);
  const pixels: Value[] = [];
  let past = new Past();
  for (const [i, frame] of op.split(prepare(latents, config), Array<number>(frames).fill(1), 2).entries()) {
    const { left } = past;
    past = new Past((name) => left.get(name)?.());
    pixels.push(decodeFrame(form, frame, config, past, i === 0));
  }
  g.output('pixels', joinFrames(pixels), [rows, 3, 4 * frames - 3, 'pixelHeight', 'pixelWidth']);
  return g;
}

/** One latent frame [rows, z, 1, height, width] at the start of a video → pixels of one frame, and every history. */
export function firstChunkDecoder({ weights, config }: VaeSource, options: DecoderGraphOptions): Graph {
  const g = new Graph('vae decoder, first frame', weights, options.compute);
  const { rows, height, width } = options.dims ?? open;
  const latents = g.input('latents', 'float32', [rows, config.latentChannels, 1, height, width]);
  const past = new Past();
  const pixels = decodeFrame(clipForm(g, options), prepare(latents, config), config, past, true);
  g.output('pixels', pixels, [rows, 3, 1, 'pixelHeight', 'pixelWidth']);
  outputHistories(g, past, options);
  return g;
}

/** One later latent frame and the histories of the chunk before → pixels of four frames, and the histories after. */
export function nextChunkDecoder({ weights, config }: VaeSource, options: DecoderGraphOptions): Graph {
  const g = new Graph('vae decoder, next frames', weights, options.compute);
  const { rows, height, width } = options.dims ?? open;
  const latents = g.input('latents', 'float32', [rows, config.latentChannels, 1, height, width]);
  const past = new Past((name) => {
    const dims = historyDims(g, name, options);
    const parts = options.form === 'frames' ? [0, 1] : [0];
    const inputs = parts.map((i) => g.input(`${name}.${i}`, options.compute, dims));
    return { parts: inputs, like: inputs[0] as Value };
  });
  const pixels = decodeFrame(clipForm(g, options), prepare(latents, config), config, past, false);
  g.output('pixels', pixels, [rows, 3, 4, 'pixelHeight', 'pixelWidth']);
  outputHistories(g, past, options, 'next.');
  return g;
}

/**
 * The last first: ONNX Runtime runs a graph from its last result to its first, each with what it takes and is not there yet. So a
 * history is cut out as soon as there is what it is cut from, which would wait for the end otherwise: 4.3 GB at 480p instead of 1.7.
 */
function outputHistories(g: Graph, past: Past, options: DecoderGraphOptions, prefix = ''): void {
  for (const [name, history] of [...past.left].reverse()) {
    const { parts, like } = history();
    for (const [i, part] of parts.entries()) {
      g.output(`${prefix}${name}.${i}`, part ?? op.zerosLike(like), historyDims(g, name, options));
    }
  }
}

/** Shape of a history's part; space has doubled once for every up block before the convolution. */
function historyDims(g: Graph, name: string, { form, dims = open }: DecoderGraphOptions): Dim[] {
  const level = Number(name.match(/up_blocks\.(\d)/)?.[1] ?? (name === 'decoder.conv_out' ? 3 : 0));
  const scaled = (dim: Dim) => (typeof dim === 'number' ? dim * 2 ** level : `${dim}·${2 ** level}`);
  const channels = g.shapeOf(`${name}.weight`)[1] as number;
  const space = [scaled(dims.height), scaled(dims.width)];
  if (form === 'frames') return [dims.rows, channels, ...space];
  return form === 'tensor' ? [dims.rows, channels, 2, ...space] : [dims.rows, 2, ...space, channels];
}

function decodeFrame(form: ClipForm, frame: Value, config: VaeConfig, past: Past, first: boolean): Value {
  const { parts } = decodeChunk(form, { parts: [form.enter(frame)] }, config, past, first);
  return joinFrames(parts.map((pixels) => unfold(form.leave(pixels))));
}

function joinFrames(pixels: readonly Value[]): Value {
  return pixels.length === 1 ? (pixels[0] as Value) : op.concat(pixels as [Value, ...Value[]], 2);
}

function prepare(latents: Value, config: VaeConfig): Value {
  return latents.graph.cast(denormalise(latents, config), latents.graph.compute);
}

function clipForm(g: Graph, { form, fused }: DecoderGraphOptions): ClipForm {
  if (form === 'frames') return new FrameForm(g);
  return form === 'tensor' ? new TensorForm(g) : new ChannelsLastForm(g, form === 'channelsLast', fused);
}
