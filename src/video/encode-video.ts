import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import ffmpegCommand from 'fluent-ffmpeg';

export interface VideoJob {
  /** rgb24, [height, width, 3] each. Read no faster than ffmpeg takes them. */
  readonly frames: AsyncIterable<Uint8Array>;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  /** Written as JSON into the `comment` tag. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly output: string;
  readonly signal?: AbortSignal;
}

export interface EncoderOptions {
  /** Path of the program. */
  readonly ffmpeg: string;
  /** How long ffmpeg may take no frame, or fail to finish, before it counts as hung. */
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
}

/**
 * Writes an MP4 that every browser plays: H.264, yuv420p, BT.709 limited range, index in front. The same frames, settings and
 * ffmpeg give the same bytes. Rejects with EncoderFailed, with the signal's reason, or with what `frames` threw; in every
 * case ffmpeg has gone by then, and what it left at `output` is the caller's to remove.
 */
export async function encodeMp4(
  job: VideoJob,
  { ffmpeg, stallMs = 60_000 }: EncoderOptions,
): Promise<{ frames: number }> {
  job.signal?.throwIfAborted();
  const source = new PassThrough({ highWaterMark: 1 });
  const command = ffmpegCommand(source).setFfmpegPath(ffmpeg);
  // As argument lists: fluent-ffmpeg splits single strings at blanks.
  command.inputOptions('-f', 'rawvideo', '-pix_fmt', 'rgb24');
  command.inputOptions('-video_size', `${job.width}x${job.height}`, '-framerate', String(job.fps));
  command.outputOptions(...outputOptions(job));
  command.output(job.output);

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

function outputOptions(job: VideoJob): string[] {
  return [
    '-an',
    '-c:v',
    'libx264',
    '-preset',
    'medium',
    '-crf',
    '17',
    // Browsers decode nothing but 4:2:0. The matrix is spelled out: swscale's default is BT.601, which shifts reds and greens.
    '-vf',
    'scale=in_range=full:out_range=tv:out_color_matrix=bt709:flags=bicubic+accurate_rnd+full_chroma_int,format=yuv420p',
    '-color_range',
    'tv',
    '-colorspace',
    'bt709',
    '-color_primaries',
    'bt709',
    '-color_trc',
    'bt709',
    '-r',
    String(job.fps),
    '-movflags',
    '+faststart',
    // x264's output depends on the number of threads; bitexact leaves versions and dates out.
    '-threads',
    '2',
    '-fflags',
    '+bitexact',
    '-flags:v',
    '+bitexact',
    '-map_metadata',
    '-1',
    '-metadata',
    `comment=${JSON.stringify(job.metadata)}`,
    '-f',
    'mp4',
    '-y',
  ]; // prettier-ignore
}

interface StallWatch {
  arm(): void;
  clear(): void;
}

function stallWatch(milliseconds: number, onStall: () => void): StallWatch {
  let timer: NodeJS.Timeout | undefined;
  const clear = (): void => clearTimeout(timer);
  return {
    clear,
    arm: () => {
      clear();
      timer = setTimeout(onStall, milliseconds);
    },
  };
}
