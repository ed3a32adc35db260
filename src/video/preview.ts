import sharp from 'sharp';
import type { Preview } from '../generations/generation.js';
import { enlarge, type RgbFrames } from './enlarge.js';

export type { RgbFrames } from './enlarge.js';

const scale = 4;
const maxWidth = 128;

// No two pictures are alike: libvips need not remember how it made them, which took it a sixth of the time.
sharp.cache(false);

/**
 * An animated WebP of every latent frame that loops and lasts as long as the video: the first latent frame stands for one
 * frame of it, each further one for four. sharp works on threads of its own, so the event loop stays free for that.
 */
export async function encodePreview(frames: RgbFrames, step: number, fps: number): Promise<Preview> {
  const factor = Math.min(scale, Math.max(1, maxWidth / frames.width));
  const width = Math.round(frames.width * factor);
  const height = Math.round(frames.height * factor);
  const count = frames.count;
  // libvips knows a sequence of pictures as one above the other.
  const raw = { width, height: height * count, channels: 3 as const, pageHeight: height };
  const data = await sharp(enlarge(frames, width, height), { raw, animated: true })
    .webp({ quality: 60, effort: 1, loop: 0, delay: frameDelays(count, fps) })
    .toBuffer();
  return { step, width, height, frameCount: count, mimeType: 'image/webp', data };
}

/** Milliseconds of each picture; rounded so that the sum is the video's duration. */
export function frameDelays(count: number, fps: number): number[] {
  const ends = Array.from({ length: count }, (_, i) => Math.round((1000 * (1 + 4 * i)) / fps));
  return ends.map((end, i) => end - (ends[i - 1] ?? 0));
}
