import type { Artifact } from '../generations/generation.js';
import { writePoster } from '../video/poster.js';
import type { VideoEncoder } from '../video/video-encoder.js';
import type { ArtifactStore, Job } from './ports.js';

export interface OutputOptions {
  readonly job: Job;
  readonly artifacts: ArtifactStore;
  readonly videoEncoder: VideoEncoder;
  readonly signal: AbortSignal;
}

/**
 * Frames, rgb24 [height, width, 3] each, to a video and a poster in the artifact store. Nothing is left staged, whatever
 * happens; rejects as VideoEncoder does, or with the store's error.
 */
export async function writeOutputs(frames: AsyncIterable<Uint8Array>, options: OutputOptions): Promise<Artifact[]> {
  const { job, artifacts, videoEncoder, signal } = options;
  const { width, height, fps, frameCount } = job.settings;
  const posterFrame = new FrameTap(frames, Math.floor(frameCount / 2));
  const staged: string[] = [];
  const stage = async (extension: string): Promise<string> => {
    const path = await artifacts.stage(extension);
    staged.push(path);
    return path;
  };
  try {
    const video = await stage('mp4');
    const format = { width, height, fps, metadata: metadataOf(job) };
    await videoEncoder.encode({ frames: posterFrame, output: video, signal, ...format });
    const poster = await stage('jpg');
    await writePoster(posterFrame.tapped, width, height, poster);
    signal.throwIfAborted();
    const picture = { width, height };
    return [
      {
        kind: 'VIDEO',
        mimeType: 'video/mp4',
        ...picture,
        durationSeconds: frameCount / fps,
        ...(await artifacts.commit(video)),
      },
      {
        kind: 'POSTER',
        mimeType: 'image/jpeg',
        ...picture,
        durationSeconds: null,
        ...(await artifacts.commit(poster)),
      },
    ];
  } catch (error) {
    await Promise.allSettled(staged.map((path) => artifacts.discard(path)));
    throw error;
  }
}

/** Everything that makes the video again, for the file's own metadata. */
function metadataOf({ model, prompt, negativePrompt, settings }: Job): Record<string, unknown> {
  return { software: 'ReelQL', model, prompt, negativePrompt, ...settings };
}

/** Passes frames on and keeps one of them. */
class FrameTap implements AsyncIterable<Uint8Array> {
  #tapped: Uint8Array | null = null;

  constructor(
    private readonly frames: AsyncIterable<Uint8Array>,
    private readonly index: number,
  ) {}

  get tapped(): Uint8Array {
    if (!this.#tapped) throw new Error(`The video has no frame ${this.index}.`);
    return this.#tapped;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    let i = 0;
    for await (const frame of this.frames) {
      if (i++ === this.index) this.#tapped = frame;
      yield frame;
    }
  }
}
