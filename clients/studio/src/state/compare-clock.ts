/** One time for several videos of different lengths: it runs to the end of the longest and begins again. */
export interface Clock {
  /** Seconds. */
  readonly time: number;
  readonly playing: boolean;
}

export interface Timing {
  readonly frameCount: number;
  readonly fps: number;
}

export const stopped: Clock = { time: 0, playing: false };

export function lengthOf(videos: readonly Timing[]): number {
  return videos.reduce((longest, { frameCount, fps }) => Math.max(longest, frameCount / fps), 0);
}

/** As much later as has gone by, if it runs. */
export function ticked(clock: Clock, seconds: number, length: number): Clock {
  if (!clock.playing || length <= 0) return clock;
  return { ...clock, time: (clock.time + seconds) % length };
}

/** Held at a time within the videos. */
export function sought(clock: Clock, time: number, length: number): Clock {
  return { ...clock, time: Math.max(0, Math.min(time, length)) };
}

/** One frame on or back, of the video with the most frames a second; stopped, and round at the ends. */
export function stepped({ time }: Clock, direction: 1 | -1, videos: readonly Timing[]): Clock {
  const fps = Math.max(1, ...videos.map((video) => video.fps));
  const count = Math.max(1, Math.round(lengthOf(videos) * fps));
  const frame = (frameAt(time, { frameCount: count, fps }) + direction + count) % count;
  return { time: (frame + 0.5) / fps, playing: false };
}

/** The frame that a video shows at a time; its last one when it is over. */
export function frameAt(time: number, { frameCount, fps }: Timing): number {
  // Times are kept in binary: the middle of a frame must not fall into the one before.
  return Math.max(0, Math.min(frameCount - 1, Math.floor(time * fps + 1e-6)));
}

/** Where to seek to for what a video shows at a time: into the middle of the frame, since rounding at its edges shows another. */
export function seekTime(time: number, video: Timing): number {
  return (frameAt(time, video) + 0.5) / video.fps;
}
