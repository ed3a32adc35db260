import { type ComponentName, componentNames, type Manifest } from '../../inference/bundle/manifest.js';
import type { GenerationSettings } from '../generations/generation.js';

export interface InstalledModel {
  /** Of the bundle. */
  readonly directory: string;
  readonly manifest: Manifest;
}

/** What a generation consists of, in the order in which it is done: kinds of units, how many, and how large each is. */
export const stages = ['load', 'encode-text', 'step', 'decode', 'encode-video'] as const;
export type Stage = (typeof stages)[number];

export interface StageWork {
  readonly count: number;
  /** Of one unit; what the cost model's curve of this stage is over. */
  readonly size: number;
}
export type Work = Readonly<Record<Stage, StageWork>>;

/** Pixels of a latent position in a row, and frames of a latent frame (after the first). */
const spatial = 16;
const temporal = 4;

export function latentFrames(frameCount: number): number {
  return (frameCount - 1) / temporal + 1;
}

/** `components` are the ones still to be loaded. */
export function workOf(settings: GenerationSettings, manifest: Manifest, components: readonly ComponentName[]): Work {
  const frames = latentFrames(settings.frameCount);
  const positions = (settings.width / spatial) * (settings.height / spatial);
  const rows = settings.guidanceScale > 1 ? 2 : 1;
  const bytes = components.reduce((sum, component) => sum + componentBytes(manifest, component), 0);
  return {
    load: { count: components.length, size: bytes / Math.max(1, components.length) },
    'encode-text': { count: 1, size: rows },
    // The denoiser sees 2 × 2 positions as one token.
    step: { count: settings.steps, size: (rows * frames * positions) / 4 },
    decode: { count: frames, size: positions },
    'encode-video': { count: 1, size: settings.width * settings.height * settings.frameCount },
  };
}

/** Of the component's weights on disk. */
export function componentBytes(manifest: Manifest, component: ComponentName): number {
  return manifest[component].weights.files.reduce((sum, file) => sum + file.bytes, 0);
}

/** In the order in which a generation needs them. */
export const neededComponents: readonly ComponentName[] = componentNames;
