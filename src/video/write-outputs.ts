import type { Artifact } from '../generations/generation.js';
import type { ArtifactStore } from '../scheduler/ports.js';
import { formatSpecs } from './formats.js';
import { cropFrames, type Frames, FrameTap, subtitleFrames } from './frames.js';
import { durationOf, type FrameFormat, type Outputs } from './outputs.js';
import { writePoster } from './poster.js';
import type { VideoEncoder } from './video-encoder.js';

export interface OutputOptions {
  /** Of the frames that come in. */
  readonly settings: FrameFormat;
  readonly outputs: Outputs;
  /** What makes the video again, for the files' own metadata. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly artifacts: ArtifactStore;
  readonly videoEncoder: VideoEncoder;
  readonly signal: AbortSignal;
  /** How much of the frames is in the files, 0..1; never decreasing. */
  readonly onProgress?: (fraction: number) => void;
}

/**
 * Frames, rgb24 [height, width, 3] each, to all that was asked for, in the artifact store: the video in the first format, a
 * poster, the video in the other formats. The poster is the middle frame without subtitles. Nothing is left staged, whatever
 * happens; rejects as VideoEncoder does, or with the store's error.
 */
export async function writeOutputs(frames: Frames, options: OutputOptions): Promise<Artifact[]> {
  const { settings, outputs, metadata, artifacts, videoEncoder, signal, onProgress } = options;
  const { width, height } = outputs.crop ?? settings;
  const { fps, frameCount } = settings;
  const cropped = outputs.crop ? cropFrames(frames, settings.width, outputs.crop) : frames;
  const tap = new FrameTap(cropped, Math.floor(frameCount / 2));
  const { subtitles } = outputs;
  const finished = subtitles.length > 0 ? subtitleFrames(tap, { width, height, fps, subtitles }) : tap;

  const staged: string[] = [];
  const stage = async (extension: string): Promise<string> => {
    const path = await artifacts.stage(extension);
    staged.push(path);
    return path;
  };
  try {
    const files = [];
    for (const format of outputs.formats) files.push({ format, path: await stage(formatSpecs[format].extension) });
    const onEncoded = (count: number): void => onProgress?.(Math.min(1, count / frameCount));
    await videoEncoder.encode({ frames: finished, width, height, fps, metadata, files, signal, onEncoded });
    const poster = await stage('jpg');
    await writePoster(tap.tapped, width, height, poster);
    signal.throwIfAborted();

    const videos: Artifact[] = [];
    for (const [index, { format, path }] of files.entries()) {
      videos.push({
        kind: index === 0 ? 'VIDEO' : 'EXTRA',
        mimeType: formatSpecs[format].mimeType,
        ...{ width, height, durationSeconds: durationOf(settings) },
        ...(await artifacts.commit(path)),
      });
    }
    const picture: Artifact = {
      kind: 'POSTER',
      mimeType: 'image/jpeg',
      ...{ width, height, durationSeconds: null },
      ...(await artifacts.commit(poster)),
    };
    return [...videos.slice(0, 1), picture, ...videos.slice(1)];
  } catch (error) {
    await Promise.allSettled(staged.map((path) => artifacts.discard(path)));
    throw error;
  }
}
