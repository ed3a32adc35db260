import type { Artifact } from '../generations/generation.js';
import type { ArtifactStore } from '../scheduler/ports.js';
import { formatSpecs } from './formats.js';
import { cropFrames, type Frames, subtitleFrames, tapFrame } from './frames.js';
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
  const staged: string[] = [];
  const stage = async (extension: string): Promise<string> => {
    const path = await artifacts.stage(extension);
    staged.push(path);
    return path;
  };
  // As the compiler cannot see, a callback sets it.
  let poster = undefined as Promise<void> | undefined;
  try {
    const files = [];
    for (const format of outputs.formats) files.push({ format, path: await stage(formatSpecs[format].extension) });
    const picture = await stage('jpg');
    // While the frames after it are made.
    const tapped = tapFrame(cropped, Math.floor(frameCount / 2), (frame) => {
      poster = writePoster(frame, width, height, picture);
      poster.catch(() => {}); // heard of below
    });
    const { subtitles } = outputs;
    const finished = subtitles.length > 0 ? subtitleFrames(tapped, { width, height, fps, subtitles }) : tapped;
    const onEncoded = (count: number): void => onProgress?.(Math.min(1, count / frameCount));
    await videoEncoder.encode({ frames: finished, width, height, fps, metadata, files, signal, onEncoded });
    if (!poster) throw new Error(`a video of ${frameCount} frames has no middle one`);
    await poster;
    signal.throwIfAborted();

    const size = { width, height };
    const duration = { ...size, durationSeconds: durationOf(settings) };
    const [video, ...extras] = files.map(({ format, path }, index): Staged => {
      const kind = index === 0 ? 'VIDEO' : 'EXTRA';
      return { path, kind, mimeType: formatSpecs[format].mimeType, ...duration };
    });
    const still: Staged = { path: picture, kind: 'POSTER', mimeType: 'image/jpeg', ...size, durationSeconds: null };
    return await commitAll([...(video ? [video] : []), still, ...extras], artifacts);
  } catch (error) {
    // It writes to what is about to be removed.
    await poster?.catch(() => {});
    await Promise.allSettled(staged.map((path) => artifacts.discard(path)));
    throw error;
  }
}

type Staged = Omit<Artifact, 'sha256' | 'bytes'> & { readonly path: string };

/** Side by side, for each waits for the disk; rejects when none is under way any more. */
async function commitAll(staged: readonly Staged[], artifacts: ArtifactStore): Promise<Artifact[]> {
  const outcomes = await Promise.allSettled(
    staged.map(async ({ path, ...artifact }) => ({ ...artifact, ...(await artifacts.commit(path)) })),
  );
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}
