import { EncoderFailed, encodeVideo, type VideoJob } from './encode-video.js';
import { FfmpegMissing, findFfmpeg } from './ffmpeg.js';

/** Frames in, video files out. */
export interface VideoEncoder {
  /** Rejects with EncoderFailed, with the signal's reason, or with what `frames` threw. */
  encode(job: VideoJob): Promise<{ readonly frames: number }>;
}

/** Looks for ffmpeg when the first video is to be written, and again as long as there is none. */
export function ffmpegVideoEncoder(env: NodeJS.ProcessEnv = process.env): VideoEncoder {
  let path: string | null = null;
  return {
    async encode(job) {
      path ??= await findFfmpeg(env).then(
        (ffmpeg) => ffmpeg.path,
        (error: unknown) => {
          throw error instanceof FfmpegMissing ? new EncoderFailed(error.message, error.message) : error;
        },
      );
      return encodeVideo(job, { ffmpeg: path });
    },
  };
}
