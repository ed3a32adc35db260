import { float32, type Tensor } from '../tensor.js';

/** The tokens of a video: one per 2×2 patch of a latent frame, in raster order t, y, x. */
export interface TokenGrid {
  readonly frames: number;
  readonly height: number;
  readonly width: number;
}

export const tokenCount = (grid: TokenGrid): number => grid.frames * grid.height * grid.width;

/**
 * Rotary position embedding over time, row and column: cos and sin of every token's angles, [tokens, headDim / 2] each.
 * The pairs of a head are shared out [time | row | column], a third each and the rest to time; angle = position·10000^(−2j/p)
 * for pair j of a part p channels wide, in float64, then rounded.
 * Source: Su et al. 2021, "RoFormer"; diffusers transformer_wan.py, WanRotaryPosEmbed.
 */
export function rotaryTables(headDim: number, grid: TokenGrid): { cos: Tensor; sin: Tensor } {
  const across = 2 * Math.floor(headDim / 6);
  const time = frequencies(headDim - 2 * across);
  const space = frequencies(across);
  const half = headDim / 2;
  const cos = new Float32Array(tokenCount(grid) * half);
  const sin = new Float32Array(cos.length);
  let at = 0;
  const put = (position: number, omegas: readonly number[]) => {
    for (const omega of omegas) {
      cos[at] = Math.cos(position * omega);
      sin[at++] = Math.sin(position * omega);
    }
  };
  for (let t = 0; t < grid.frames; t++) {
    for (let y = 0; y < grid.height; y++) {
      for (let x = 0; x < grid.width; x++) {
        put(t, time);
        put(y, space);
        put(x, space);
      }
    }
  }
  const dims = [tokenCount(grid), half];
  return { cos: float32(cos, dims), sin: float32(sin, dims) };
}

function frequencies(channels: number): number[] {
  return Array.from({ length: channels / 2 }, (_, j) => 1 / 10000 ** ((2 * j) / channels));
}
