import sharp from 'sharp';
import type { Preview } from '../generations/generation.js';

/** Small pictures in sequence: [count, height, width, 3] bytes. */
export interface RgbFrames {
  readonly data: Uint8Array;
  readonly count: number;
  readonly width: number;
  readonly height: number;
}

const scale = 4;
const maxWidth = 128;
/** Rows added above and below each picture while it is enlarged: as far as the cubic kernel reaches. */
const margin = 2;

/**
 * An animated WebP of every latent frame that loops and lasts as long as the video: the first latent frame stands for one
 * frame of it, each further one for four. sharp works on threads of its own, so the event loop stays free.
 */
export async function encodePreview(frames: RgbFrames, step: number, fps: number): Promise<Preview> {
  const factor = Math.min(scale, Math.max(1, maxWidth / frames.width));
  const width = Math.round(frames.width * factor);
  const height = Math.round(frames.height * factor);
  // One image of all pictures, one above the other. Without margins neighbours would bleed into each other.
  const pageHeight = frames.height + 2 * margin;
  const raw = { width: frames.width, height: pageHeight * frames.count, channels: 3 as const, pageHeight };
  const top = Math.round(margin * factor);
  const data = await sharp(withMargins(frames), { raw, animated: true })
    .resize(width, height + 2 * top, { kernel: 'cubic', fit: 'fill' })
    .extract({ left: 0, top, width, height })
    .webp({ quality: 60, effort: 1, loop: 0, delay: frameDelays(frames.count, fps) })
    .toBuffer();
  return { step, width, height, frameCount: frames.count, mimeType: 'image/webp', data };
}

/** Milliseconds of each picture; rounded so that the sum is the video's duration. */
export function frameDelays(count: number, fps: number): number[] {
  const ends = Array.from({ length: count }, (_, i) => Math.round((1000 * (1 + 4 * i)) / fps));
  return ends.map((end, i) => end - (ends[i - 1] ?? 0));
}

/** Repeats the first and the last row of each picture. */
function withMargins({ data, count, width, height }: RgbFrames): Uint8Array {
  const row = 3 * width;
  const result = new Uint8Array(count * (height + 2 * margin) * row);
  for (let i = 0; i < count * (height + 2 * margin); i++) {
    const picture = Math.floor(i / (height + 2 * margin));
    const y = Math.min(height - 1, Math.max(0, (i % (height + 2 * margin)) - margin));
    const from = (picture * height + y) * row;
    result.set(data.subarray(from, from + row), i * row);
  }
  return result;
}
