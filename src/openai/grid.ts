import type { ModelInfo } from '../generations/catalog.js';
import type { Adjustment } from '../generations/generation.js';

type Grid = Pick<ModelInfo, 'defaults' | 'limits'>;

/**
 * The size that the model makes and that comes closest to what was asked for: of the same shape if it has to be smaller, each
 * side a multiple of what the model wants.
 * @param size `1280x720`; must be of that form
 */
export function fitSize(size: string, { limits }: Grid): { width: number; height: number; adjustments: Adjustment[] } {
  const [askedWidth, askedHeight] = size.split('x').map(Number) as [number, number];
  const shrink = Math.min(1, limits.maxWidth / askedWidth, limits.maxHeight / askedHeight);
  const width = nearest(askedWidth * shrink, limits.sizeMultiple, limits.maxWidth);
  const height = nearest(askedHeight * shrink, limits.sizeMultiple, limits.maxHeight);
  const to = `${width}x${height}`;
  const { sizeMultiple, maxWidth, maxHeight } = limits;
  const reason = `The model makes sides that are multiples of ${sizeMultiple}, up to ${maxWidth}x${maxHeight}.`;
  return { width, height, adjustments: to === size ? [] : [{ field: 'size', from: size, to, reason }] };
}

/** The number of frames that the model makes and that comes closest to so many seconds. */
export function fitSeconds(
  seconds: number,
  fps: number,
  { limits }: Grid,
): { frameCount: number; adjustments: Adjustment[] } {
  const { frameMultiple, maxFrames } = limits;
  const most = frameMultiple * Math.floor((maxFrames - 1) / frameMultiple) + 1;
  const frameCount = Math.min(most, frameMultiple * Math.max(0, Math.round((seconds * fps - 1) / frameMultiple)) + 1);
  const to = secondsOf(frameCount, fps);
  // A frame more or less is in the nature of 4n + 1.
  if (Math.abs(frameCount / fps - seconds) <= frameMultiple / 2 / fps + 1e-9) return { frameCount, adjustments: [] };
  const reason = `The model makes at most ${most} frames, which at ${fps} a second are ${secondsOf(most, fps)} s.`;
  return { frameCount, adjustments: [{ field: 'seconds', from: String(seconds), to, reason }] };
}

export function secondsOf(frameCount: number, fps: number): string {
  return String(Math.round((frameCount / fps) * 100) / 100);
}

function nearest(value: number, multiple: number, max: number): number {
  const largest = Math.floor(max / multiple) * multiple;
  return Math.min(largest, Math.max(multiple, Math.round(value / multiple) * multiple));
}
