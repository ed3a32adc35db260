import { open, readFile } from 'node:fs/promises';
import type { VideoEncoder } from '../../../../src/video/video-encoder.js';

/** Writes the frames as they are, so that two files are alike exactly where two videos are, and no ffmpeg is needed. */
export const rawVideoEncoder: VideoEncoder = {
  async encode({ frames, files, signal }) {
    const handles = await Promise.all(files.map(({ path }) => open(path, 'w')));
    try {
      let count = 0;
      for await (const frame of frames) {
        signal?.throwIfAborted();
        for (const handle of handles) await handle.writeFile(frame);
        count++;
      }
      return { frames: count };
    } finally {
      await Promise.all(handles.map((handle) => handle.close()));
    }
  },
};

/** How far two raw videos of the same size are from one another. */
export async function compareVideos(a: string, b: string): Promise<{ differing: number; most: number }> {
  const [left, right] = await Promise.all([readFile(a), readFile(b)]);
  if (left.length !== right.length) return { differing: Math.max(left.length, right.length), most: 255 };
  let differing = 0;
  let most = 0;
  for (let i = 0; i < left.length; i++) {
    const apart = Math.abs((left[i] as number) - (right[i] as number));
    if (apart > 0) differing++;
    most = Math.max(most, apart);
  }
  return { differing, most };
}
