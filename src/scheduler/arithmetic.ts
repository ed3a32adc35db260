import type { Manifest } from '../../inference/bundle/manifest.js';
import { decoderChannels, decoderLevels } from '../../inference/wan/vae/decoder.js';

/**
 * How much there is to compute, in floating-point operations, from the sizes of the networks. It need not be exact: the cost
 * model takes from it how time grows between and beyond the sizes that it has measured.
 */

/** One row through the denoiser: linear layers in proportion to the tokens, attention to their square. */
export function denoiserFlops({ denoiser: { config } }: Manifest, tokens: number): number {
  const { layers, width, ffnWidth } = config;
  // Self-attention's q, k, v, o and cross-attention's q and o; the text's k and v are few.
  const weights = 6 * width * width + 2 * width * ffnWidth;
  return layers * (2 * weights * tokens + 4 * width * tokens * tokens);
}

/** One prompt through the text encoder. */
export function textEncoderFlops({ textEncoder: { config } }: Manifest, tokens: number): number {
  const { layers, width, ffnWidth, heads, headDim } = config;
  const weights = 4 * width * heads * headDim + 3 * width * ffnWidth;
  return layers * (2 * weights * tokens + 4 * heads * headDim * tokens * tokens);
}

/**
 * One latent frame through the VAE's decoder, per position of the latent: its convolutions of 3×3×3 and those of 3×3 after
 * each upsampling. 17.3 GFLOP for the 5B model: 216 TFLOP for 480×832 and 29 frames, where 215 were counted.
 */
export function decoderFlops({ vae: { config } }: Manifest): number {
  const channels = decoderChannels(config);
  const middle = channels[0] as number;
  let flops = 4 * conv3d(middle, middle);
  for (const [level, { frames, area }] of decoderLevels.entries()) {
    const before = channels[level] as number;
    const after = channels[level + 1] as number;
    const blocks = conv3d(before, after) + (2 * config.resBlocks + 1) * conv3d(after, after);
    flops += blocks * frames * area;
    const next = decoderLevels[level + 1];
    if (next) flops += 2 * 9 * after * after * next.frames * next.area;
  }
  return flops;
}

const conv3d = (from: number, to: number): number => 2 * 27 * from * to;
