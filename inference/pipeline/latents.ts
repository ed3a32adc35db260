import { arrayStock } from '../array-stock.js';
import type { LatentShape } from './networks.js';

/** The VAE packs 4 frames and 16×16 pixels into one latent position; the first frame stands alone. */
export const framesPerLatent = 4;
export const pixelsPerLatent = 16;
/** Patches of 2×2 latents: sizes in pixels are multiples of this. */
export const sizeMultiple = 2 * pixelsPerLatent;

export interface VideoSize {
  readonly width: number;
  readonly height: number;
  /** 4n + 1 */
  readonly frameCount: number;
}

/** @throws RangeError for sizes that have no latents: width and height in multiples of 32, 4n + 1 frames. */
export function latentShape({ width, height, frameCount }: VideoSize, channels: number): LatentShape {
  for (const [name, value] of Object.entries({ width, height })) {
    if (!Number.isInteger(value) || value < sizeMultiple || value % sizeMultiple !== 0) {
      throw new RangeError(`${name} must be a multiple of ${sizeMultiple}, not ${value}`);
    }
  }
  if (!Number.isInteger(frameCount) || frameCount < 1 || frameCount % framesPerLatent !== 1) {
    throw new RangeError(`a video has 1, 5, 9, … (4n + 1) frames, not ${frameCount}`);
  }
  return {
    channels,
    frames: (frameCount - 1) / framesPerLatent + 1,
    height: height / pixelsPerLatent,
    width: width / pixelsPerLatent,
  };
}

/** Frames of the video that latents of this shape decode to. */
export function frameCountOf({ frames }: LatentShape): number {
  return (frames - 1) * framesPerLatent + 1;
}

/** Number of values in a latent. */
export function latentCount({ channels, frames, height, width }: LatentShape): number {
  return channels * frames * height * width;
}

/** `latents` with its first frame replaced by `frame` [channels, 1, height, width]. */
export function withFirstFrame(latents: Float32Array, frame: Float32Array, shape: LatentShape): Float32Array {
  const plane = shape.height * shape.width;
  const result = arrayStock.take(latents.length);
  result.set(latents);
  for (let c = 0; c < shape.channels; c++) {
    result.set(frame.subarray(c * plane, (c + 1) * plane), c * shape.frames * plane);
  }
  return result;
}
