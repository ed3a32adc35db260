import { type ComponentName, componentNames, type Manifest, weightFiles } from '../../inference/bundle/manifest.js';
import { isGuided } from '../../inference/pipeline/guidance.js';
import { stepRows } from '../../inference/pipeline/step-plan.js';
import type { GenerationSettings } from '../generations/generation.js';
import { decoderFlops, denoiserFlops, textEncoderFlops } from './arithmetic.js';
import type { CostUnit } from './cost-model.js';

export interface InstalledModel {
  /** Of the bundle. */
  readonly directory: string;
  readonly manifest: Manifest;
}

/** Units that the cost model tells apart. */
export const costKinds = ['load', 'encode-text', 'step', 'decode', 'encode-video'] as const;
export type CostKind = (typeof costKinds)[number];

/**
 * What a generation consists of, in the order in which it is done: units, how many, and how large each is. `unguided-step` are
 * those steps of a guided generation that have one row only; steps that are extrapolated take next to no time and are left out.
 */
export const stages = ['load', 'encode-text', 'step', 'unguided-step', 'decode', 'encode-video'] as const;
export type Stage = (typeof stages)[number];

/** `count` units, all alike. */
export interface StageWork extends Omit<CostUnit, 'model'> {
  readonly count: number;
}
export type Work = Readonly<Record<Stage, StageWork>>;

/** Pixels of a latent position in a row, and frames of a latent frame (after the first). */
const spatial = 16;
const temporal = 4;

export function latentFrames(frameCount: number): number {
  return (frameCount - 1) / temporal + 1;
}

/** Tokens of one row: the denoiser sees 2 × 2 positions of a latent frame as one. */
export function tokensPerRow({ width, height, frameCount }: GenerationSettings): number {
  return latentFrames(frameCount) * Math.ceil(width / spatial / 2) * Math.ceil(height / spatial / 2);
}

/** Of the step that is next after so many: two where guidance compares with the negative prompt. 1 after the last. */
export function rowsOf(settings: GenerationSettings, step: number): number {
  return stepRows(settings)[step] || 1;
}

/** Of the step that has most. */
export function mostRows(settings: GenerationSettings): number {
  return Math.max(...stepRows(settings));
}

/** How many of the first `steps` steps are computed, in the two sorts that there are. */
export function computedSteps(
  settings: GenerationSettings,
  steps: number,
): Readonly<Record<'step' | 'unguided-step', number>> {
  const most = mostRows(settings);
  const computed = stepRows(settings)
    .slice(0, steps)
    .filter((rows) => rows > 0);
  const full = computed.filter((rows) => rows === most).length;
  return { step: full, 'unguided-step': computed.length - full };
}

/** Tokens of a prompt, where it is not known: most have fewer. */
const promptTokens = 128;

/** `components` are the ones still to be loaded. */
export function workOf(settings: GenerationSettings, manifest: Manifest, components: readonly ComponentName[]): Work {
  const positions = (settings.width / spatial) * (settings.height / spatial);
  const prompts = isGuided(settings.guidanceScale) ? 2 : 1;
  const steps = computedSteps(settings, settings.steps);
  const bytes =
    components.reduce((sum, component) => sum + componentBytes(manifest, component), 0) /
    Math.max(1, components.length);
  const pixels = settings.width * settings.height * settings.frameCount;
  return {
    load: { kind: 'load', count: components.length, size: bytes, rows: 1, effort: bytes },
    'encode-text': {
      kind: 'encode-text',
      count: 1,
      size: prompts,
      rows: 1,
      effort: prompts * textEncoderFlops(manifest, promptTokens),
    },
    step: { ...stepWork(settings, manifest, mostRows(settings)), count: steps.step },
    'unguided-step': { ...stepWork(settings, manifest, 1), count: steps['unguided-step'] },
    decode: {
      kind: 'decode',
      count: latentFrames(settings.frameCount),
      size: positions,
      rows: 1,
      effort: positions * decoderFlops(manifest),
    },
    'encode-video': { kind: 'encode-video', count: 1, size: pixels, rows: 1, effort: pixels },
  };
}

/** One denoising step of these settings, in a batch of so many rows. */
export function stepWork(settings: GenerationSettings, manifest: Manifest, rows: number): StageWork {
  const tokens = tokensPerRow(settings);
  return { kind: 'step', count: 1, size: tokens, rows, effort: rows * denoiserFlops(manifest, tokens) };
}

/** Of the component's weights on disk. */
export function componentBytes(manifest: Manifest, component: ComponentName): number {
  return weightFiles(manifest, component).reduce((sum, file) => sum + file.bytes, 0);
}

/** In the order in which a generation needs them. */
export const neededComponents: readonly ComponentName[] = componentNames;
