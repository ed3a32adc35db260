import { arithmetic, toBytes } from '../arithmetic.js';
import type { PixelChunk } from './networks.js';

/**
 * How brightness 0..1 becomes a byte. `nearest` is what the reference's pictures get (255·f rounded, halves to even), `floor`
 * what its export_to_video makes of float arrays: on average half a level darker.
 */
export type Rounding = 'nearest' | 'floor';

/** Pixels in [-1, 1], [3, frames, height, width] → RGB24 bytes [frames, height, width, 3]. NaN becomes 0. */
export function rgb24({ data, frames, height, width }: PixelChunk, rounding: Rounding = 'nearest'): Uint8Array {
  const plane = frames * height * width;
  if (data.length !== 3 * plane) {
    throw new Error(`${data.length} numbers for pixels of [3, ${frames}, ${height}, ${width}]`);
  }
  return rounding === 'nearest' ? arithmetic().rgb24(data) : toBytes(data, Math.floor);
}

/** RGB24 bytes of one picture [height, width, 3] → pixels in [-1, 1], [3, 1, height, width]: x / 255 · 2 − 1. */
export function pixelsOf(bytes: Uint8Array, height: number, width: number): PixelChunk {
  const plane = height * width;
  if (bytes.length !== 3 * plane) throw new Error(`${bytes.length} bytes for a picture of [${height}, ${width}, 3]`);
  const data = new Float32Array(3 * plane);
  for (let c = 0; c < 3; c++) {
    for (let i = 0; i < plane; i++) data[c * plane + i] = Math.fround((bytes[3 * i + c] as number) / 255) * 2 - 1;
  }
  return { data, frames: 1, height, width };
}
