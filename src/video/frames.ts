import type { Crop, Subtitle } from './outputs.js';
import { layOver, type Overlay, renderOverlay } from './text-overlay.js';

/** Frames are rgb24, [height, width, 3] each, one after the other. */
export type Frames = AsyncIterable<Uint8Array>;

/** The part of each frame that the crop names. `width` is that of the frames. */
export async function* cropFrames(frames: Frames, width: number, crop: Crop): AsyncGenerator<Uint8Array, void, void> {
  for await (const frame of frames) {
    const part = new Uint8Array(crop.width * crop.height * 3);
    for (let y = 0; y < crop.height; y++) {
      const from = ((crop.y + y) * width + crop.x) * 3;
      part.set(frame.subarray(from, from + crop.width * 3), y * crop.width * 3);
    }
    yield part;
  }
}

export interface SubtitleOptions {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly subtitles: readonly Subtitle[];
}

/** Frames with what is said while they are shown. What is said at the same time stands one below the other. */
export async function* subtitleFrames(
  frames: Frames,
  options: SubtitleOptions,
): AsyncGenerator<Uint8Array, void, void> {
  const { width, height, fps, subtitles } = options;
  // Only the text shown now: the next frame most likely has it too, and none comes back later as a rule.
  let shown: { readonly text: string; readonly overlay: Overlay } | undefined;
  let index = 0;
  for await (const frame of frames) {
    const text = textAt(subtitles, index++ / fps);
    if (text === '') {
      yield frame;
      continue;
    }
    if (shown?.text !== text) shown = { text, overlay: await renderOverlay(text, width, height) };
    yield layOver(frame, width, shown.overlay);
  }
}

export function textAt(subtitles: readonly Subtitle[], seconds: number): string {
  return subtitles
    .filter(({ startSeconds, endSeconds }) => startSeconds <= seconds && seconds < endSeconds)
    .map(({ text }) => text.trim())
    .join('\n');
}

/** Passes frames on, and one of them to somebody else too, who gets it first. */
export async function* tapFrame(
  frames: Frames,
  index: number,
  onFrame: (frame: Uint8Array) => void,
): AsyncGenerator<Uint8Array, void, void> {
  let i = 0;
  for await (const frame of frames) {
    if (i++ === index) onFrame(frame);
    yield frame;
  }
}
