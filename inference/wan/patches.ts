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
 * Visits the tokens a row at a time, channel by channel: the row's features stay in the processor's first cache while the latents
 * are walked along. `token` is the row's first one, `upper` the latent at its upper left corner.
 */
function eachRow(shape: LatentShape, visit: (token: number, channel: number, upper: number) => void): void {
  const { channels, frames, height, width } = shape;
  const grid = tokenGrid(shape);
  for (let row = 0; row < frames * grid.height; row++) {
    const t = Math.floor(row / grid.height);
    const y = 2 * (row % grid.height);
    for (let c = 0; c < channels; c++) visit(row * grid.width, c, ((c * frames + t) * height + y) * width);
  }
}

/**
 * Latents [channels, frames, height, width] → `into` [tokens, channels·2·2], features ordered (channel, y, x): the input of the
 * patch embedding, a convolution whose stride is its kernel, as a linear layer.
 */
export function patchify(latents: Float32Array, shape: LatentShape, into: Float32Array): void {
  const { channels, width } = shape;
  eachRow(shape, (token, c, upper) => {
    const lower = upper + width;
    for (let x = 0, at = 4 * (token * channels + c); x + 1 < width; x += 2, at += 4 * channels) {
      into[at] = latents[upper + x] as number;
      into[at + 1] = latents[upper + x + 1] as number;
      into[at + 2] = latents[lower + x] as number;
      into[at + 3] = latents[lower + x + 1] as number;
    }
  });
}

/** Output features [tokens, 2·2·channels], ordered (y, x, channel), → latents of the even shape. */
export function unpatchify(patches: Float32Array, shape: LatentShape): Float32Array {
  const { channels, frames, height, width } = shape;
  const latents = new Float32Array(channels * frames * height * width);
  eachRow(shape, (token, c, upper) => {
    const lower = upper + width;
    for (let x = 0, at = 4 * token * channels + c; x < width; x += 2, at += 4 * channels) {
      latents[upper + x] = patches[at] as number;
      latents[upper + x + 1] = patches[at + channels] as number;
      latents[lower + x] = patches[at + 2 * channels] as number;
      latents[lower + x + 1] = patches[at + 3 * channels] as number;
    }
  });
  return latents;
}
