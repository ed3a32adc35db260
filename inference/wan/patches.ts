import type { LatentShape } from '../pipeline/networks.js';
import type { TokenGrid } from './rope.js';

/** Odd heights and widths lose their last row or column, as the patch embedding's stride makes them. */
export function tokenGrid(shape: LatentShape): TokenGrid {
  return { frames: shape.frames, height: Math.floor(shape.height / 2), width: Math.floor(shape.width / 2) };
}

/** The latents that come out of a token grid. */
export function evenShape(shape: LatentShape): LatentShape {
  return { ...shape, height: shape.height & ~1, width: shape.width & ~1 };
}

/**
 * Latents [channels, frames, height, width] → `into` [tokens, channels·2·2], features ordered (channel, y, x): the input of the
 * patch embedding, a convolution whose stride is its kernel, as a linear layer.
 */
export function patchify(latents: Float32Array, shape: LatentShape, into: Float32Array): void {
  const { channels, frames, height, width } = shape;
  const grid = tokenGrid(shape);
  let at = 0;
  for (let t = 0; t < frames; t++) {
    for (let y = 0; y < grid.height; y++) {
      for (let x = 0; x < grid.width; x++) {
        for (let c = 0; c < channels; c++) {
          const corner = ((c * frames + t) * height + 2 * y) * width + 2 * x;
          into[at++] = latents[corner] as number;
          into[at++] = latents[corner + 1] as number;
          into[at++] = latents[corner + width] as number;
          into[at++] = latents[corner + width + 1] as number;
        }
      }
    }
  }
}

/** Output features [tokens, 2·2·channels], ordered (y, x, channel), → latents of the even shape. */
export function unpatchify(patches: Float32Array, shape: LatentShape): Float32Array {
  const { channels, frames, height, width } = shape;
  const latents = new Float32Array(channels * frames * height * width);
  let at = 0;
  for (let t = 0; t < frames; t++) {
    for (let y = 0; y < height; y += 2) {
      for (let x = 0; x < width; x += 2) {
        for (const corner of [y * width + x, y * width + x + 1, (y + 1) * width + x, (y + 1) * width + x + 1]) {
          for (let c = 0; c < channels; c++) {
            latents[(c * frames + t) * height * width + corner] = patches[at++] as number;
          }
        }
      }
    }
  }
  return latents;
}
