import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import ffmpegCommand from 'fluent-ffmpeg';
import { writeComment } from './file-comment.js';
import { formatSpecs } from './formats.js';
import type { VideoFormat } from './outputs.js';

export interface VideoFile {
  readonly format: VideoFormat;
  readonly path: string;
}

export interface VideoJob {
  /** rgb24, [height, width, 3] each. Read no faster than ffmpeg takes them. */
  readonly frames: AsyncIterable<Uint8Array>;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  /** Written as JSON into the comment of every file. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** All are written from one pass over the frames. */
  readonly files: readonly VideoFile[];
  readonly signal?: AbortSignal;
  /** Frames in all files so far, now and then; never fewer than the last time. */
  readonly onEncoded?: (frames: number) => void;
}

export interface EncoderOptions {
  /** Path of the program. */
  readonly ffmpeg: string;
  /** How long ffmpeg may take no frame, write none, or fail to finish, before it counts as hung. */
  readonly stallMs?: number;
}

/** ffmpeg failed, hung or was killed: not the frames' fault and not an abort. `detail` holds its last words, for the log. */
export class EncoderFailed extends Error {
  override readonly name = 'EncoderFailed';
  constructor(
    message: string,
    readonly detail: string,
  ) {
    super(message);
  }

  /** Somebody sent ffmpeg SIGINT or SIGTERM, on which it ends in good order with code 255: a terminal's Ctrl-C does. */
  get interrupted(): boolean {
    return /exited with code 255|SIGINT|SIGTERM/.test(this.detail);
  }

  /** It was killed because nothing moved any more. */
  get hung(): boolean {
    return this.detail.startsWith('no progress for');
  }
}

/**
 * Writes the files, by one ffmpeg that reads the frames once. The same frames, settings and ffmpeg give the same bytes. Rejects
 * with EncoderFailed, with the signal's reason, or with what `frames` threw; in every case ffmpeg has gone by then, and what
 * it left in the files is the caller's to remove.
 */
export async function encodeVideo(
  job: VideoJob,
  { ffmpeg, stallMs = 60_000 }: EncoderOptions,
): Promise<{ frames: number }> {
  job.signal?.throwIfAborted();
  const source = new PassThrough({ highWaterMark: 1 });
  const command = ffmpegCommand(source).setFfmpegPath(ffmpeg);
  // As argument lists: fluent-ffmpeg splits single strings at blanks.
  command.inputOptions('-f', 'rawvideo', '-pix_fmt', 'rgb24');
  command.inputOptions('-video_size', `${job.width}x${job.height}`, '-framerate', String(job.fps));
  for (const { format, path } of job.files) command.output(path).outputOptions(...outputOptions(job, format));

  // The only way to end it: SIGKILL, and then its end is awaited. Before the process exists, it dies as it starts.
  let cause: unknown;
  let started = false;
  const stop = (reason: unknown): void => {
    cause ??= reason;
    if (started) command.kill('SIGKILL');
  };
  command.on('start', () => {
    started = true;
    // fluent-ffmpeg sets its process right before this event.
    if (cause !== undefined) command.kill('SIGKILL');
  });
  const onAbort = (): void => stop(job.signal?.reason);
  job.signal?.addEventListener('abort', onAbort, { once: true });

  const ended = new Promise<string | null>((resolve) => {
    command.on('end', () => resolve(null));
    command.on('error', (error: Error) => resolve(error.message));
  });
  const watch = stallWatch(stallMs, () =>
    stop(new EncoderFailed('The video encoder stopped responding.', `no progress for ${stallMs} ms`)),
  );
  let encoded = 0;
  command.on('progress', ({ frames }: { frames: number }) => {
    if (!(frames > encoded)) return;
    encoded = frames;
    // Slow is not hung: VP9 may still have a minute's work when it has taken the last frame.
    watch.prolong();
    job.onEncoded?.(frames);
  });
  command.run();

  try {
    const feeding = feed(source, job, ended, watch).catch((error: unknown) => {
      stop(error);
      return 0;
    });
    const failure = await ended;
    const frames = await feeding;
    if (cause !== undefined) throw cause;
    if (failure !== null) throw new EncoderFailed('The video encoder failed.', failure);
    for (const { format, path } of job.files) await writeComment(path, format, JSON.stringify(job.metadata));
    job.onEncoded?.(frames);
    return { frames };
  } finally {
    watch.clear();
    source.destroy();
    job.signal?.removeEventListener('abort', onAbort);
  }
}

/** Hands the frames over one by one; the watch runs only while ffmpeg, not the source of the frames, is being waited for. */
async function feed(source: PassThrough, job: VideoJob, ended: Promise<unknown>, watch: StallWatch): Promise<number> {
  const expected = job.width * job.height * 3;
  let over = false;
  void ended.then(() => {
    over = true;
  });
  let count = 0;
  for await (const frame of job.frames) {
    if (over) break;
    if (frame.byteLength !== expected) {
      throw new RangeError(
        `frame ${count} has ${frame.byteLength} bytes; ${job.width}x${job.height} rgb24 has ${expected}`,
      );
    }
    count++;
    if (!source.write(frame)) {
      watch.arm();
      await Promise.race([once(source, 'drain'), ended]);
      watch.clear();
    }
    if (over) break;
  }
  if (!over) watch.arm();
  source.end();
  return count;
}

/**
 * What encoders write depends on the number of threads, so it is the same on every machine: with 12 a server's processor has an MP4 done in half
 * the time that 4 take after its last frame, and two cores lose nothing (test/bench/RESULTS.md). bitexact leaves versions and dates out.
 */
export const reproducible = ['-threads', '12', '-fflags', '+bitexact', '-flags:v', '+bitexact'] as const;

function outputOptions({ fps, metadata }: VideoJob, format: VideoFormat): string[] {
  return [
    '-an',
    ...formatSpecs[format].options(fps),
    ...reproducible,
    ...['-map_metadata', '-1', '-metadata', `comment=${JSON.stringify(metadata)}`, '-y'],
  ];
}

interface StallWatch {
  arm(): void;
  /** Begins anew if it is armed. */
  prolong(): void;
  clear(): void;
}

function stallWatch(milliseconds: number, onStall: () => void): StallWatch {
  let timer: NodeJS.Timeout | undefined;
  return {
    arm: () => {
      clearTimeout(timer);
      timer = setTimeout(onStall, milliseconds);
    },
    prolong: () => void timer?.refresh(),
    clear: () => {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
