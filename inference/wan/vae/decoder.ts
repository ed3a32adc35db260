import type { Value } from '../../graph/graph.js';
import * as op from '../../graph/ops.js';
import type { VaeConfig } from '../config.js';
import { cellsToSpace } from './cells.js';
import type { Clip, ClipForm } from './clip.js';
import { midBlock, resBlock } from './layers.js';
import type { Past } from './past.js';

/** Which up blocks double the frames: the first two of four. */
const doublesFrames = [true, true, false, false];

/** Channels before the first and after every up block, e.g. 1024, 1024, 1024, 512, 256 for the 5B's VAE. */
export function decoderChannels(config: VaeConfig): number[] {
  const multipliers = [...config.dimMultipliers].reverse();
  return [multipliers[0] as number, ...multipliers].map((m) => m * config.decoderBaseDim);
}

/** Frames that one latent frame is at every level, and pixels that one of its positions is. */
export const decoderLevels = [
  { frames: 1, area: 1 },
  { frames: 2, area: 4 },
  { frames: 4, area: 16 },
  { frames: 4, area: 64 },
] as const;

/** Numbers a latent position of the largest activation: what an up block leaves for the next level. 131,072 in the 5B's VAE. */
export function largestActivation(config: VaeConfig): number {
  const channels = decoderChannels(config);
  return Math.max(...decoderLevels.map(({ frames, area }, level) => frames * area * (channels[level] as number)));
}

/**
 * The decoder for one stretch of latent frames: latents as the VAE defines them (denormalised), [rows, z, …] each part, to
 * pixels before unfolding and clamping, 12 channels each part. With `first` the stretch starts the video: its first latent
 * frame becomes one frame, every other four. What later stretches need of this one is left in `past`.
 * Source: diffusers autoencoder_kl_wan.py, WanDecoder3d.
 */
export function decodeChunk(form: ClipForm, latents: Clip, config: VaeConfig, past: Past, first: boolean): Clip {
  const channels = decoderChannels(config);
  let x = form.frameConv(latents, 'post_quant_conv');
  x = form.causalConv(x, 'decoder.conv_in', past);
  x = midBlock(form, x, 'decoder.mid_block', past);
  for (const [level, doubles] of doublesFrames.entries()) {
    const name = `decoder.up_blocks.${level}`;
    const shortcut = x;
    for (let i = 0; i <= config.resBlocks; i++) x = resBlock(form, x, `${name}.resnets.${i}`, past);
    if (level === doublesFrames.length - 1) continue;
    if (doubles) x = form.doubleFrames(x, `${name}.upsampler.time_conv`, past, first);
    x = form.upsample(x, shortcut, {
      name: `${name}.upsampler.resample.1`,
      from: channels[level] as number,
      to: channels[level + 1] as number,
      timeFactor: doubles ? 2 : 1,
      first,
    });
  }
  return form.normedConv(x, 'decoder.norm_out', 'decoder.conv_out', past);
}

/** Normalised latents → the VAE's own scale: n / (1/σ) + μ, the reciprocal rounded to fp32 first as diffusers does. */
export function denormalise(latents: Value, config: VaeConfig): Value {
  const g = latents.graph;
  const shape = [config.latentChannels, 1, 1, 1];
  const reciprocal = Float32Array.from(config.latentsStd, (s) => 1 / Math.fround(s));
  const mean = Float32Array.from(config.latentsMean);
  return op.add(op.div(latents, op.floats(g, reciprocal, shape)), op.floats(g, mean, shape));
}

/**
 * [rows, 12, T, h, w] → [rows, 3, T, 2h, 2w] in [-1, 1]: every pixel unfolds into a 2×2 block. The column within the block is
 * the slower digit of the channel, (channel·2 + column)·2 + row.
 */
export function unfold(x: Value): Value {
  return op.clip(op.cast(cellsToSpace(x, { time: 1, slower: 'column' }), 'float32'), -1, 1);
}
