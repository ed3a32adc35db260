import type { PixelChunk } from '../../inference/pipeline/networks.js';

/** Chunks of one video, one after the other: [3, all frames, height, width]. */
export function joinFrames(chunks: readonly PixelChunk[]): Float32Array {
  const frames = chunks.reduce((sum, chunk) => sum + chunk.frames, 0);
  const { height, width } = chunks[0] as PixelChunk;
  const area = height * width;
  const video = new Float32Array(3 * frames * area);
  let done = 0;
  for (const chunk of chunks) {
    for (let c = 0; c < 3; c++) {
      const plane = chunk.data.subarray(c * chunk.frames * area, (c + 1) * chunk.frames * area);
      video.set(plane, (c * frames + done) * area);
    }
    done += chunk.frames;
  }
  return video;
}
