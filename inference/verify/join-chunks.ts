import type { PixelChunk } from '../pipeline/networks.js';

/** The chunks of a video as one [3, frames, height, width]. */
export function joinChunks(parts: readonly PixelChunk[]): PixelChunk {
  const frames = parts.reduce((sum, part) => sum + part.frames, 0);
  const { height = 0, width = 0 } = parts[0] ?? {};
  const plane = height * width;
  const data = new Float32Array(3 * frames * plane);
  let at = 0;
  for (const part of parts) {
    for (let colour = 0; colour < 3; colour++) {
      const from = colour * part.frames * plane;
      data.set(part.data.subarray(from, from + part.frames * plane), (colour * frames + at) * plane);
    }
    at += part.frames;
  }
  return { data, frames, height, width };
}
