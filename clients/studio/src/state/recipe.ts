import type { Model, Sampler } from '@reelql/sdk';
import { type Draft, emptyDraft } from './draft.js';

/** How a video was made, by the word of its file. */
export interface Recipe {
  readonly prompt: string;
  readonly negativePrompt: string;
  /** The model's name. */
  readonly model: string;
  readonly settings: {
    readonly width: number;
    readonly height: number;
    readonly frameCount: number;
    readonly fps: number;
    readonly steps: number;
    readonly guidanceScale: number;
    readonly guidanceRescale: number;
    readonly shift: number;
    readonly sampler: Sampler;
    readonly guidanceInterval?: { readonly start: number; readonly end: number };
    readonly cacheSteps?: number;
  };
  readonly seed: number;
}

const numbers = ['width', 'height', 'frameCount', 'fps', 'steps', 'guidanceScale', 'shift', 'seed'] as const;

/** Null for a comment that ReelQL has not written. What a newer version wrote beside is left out. */
export function recipeOf(comment: string): Recipe | null {
  const facts = parsed(comment);
  if (facts?.software !== 'ReelQL') return null;
  const { prompt, negativePrompt, model, sampler } = facts;
  const texts = typeof prompt === 'string' && typeof negativePrompt === 'string' && typeof model === 'string';
  if (!texts || (sampler !== 'UNIPC' && sampler !== 'EULER' && sampler !== 'DMD')) return null;
  if (!numbers.every((name) => Number.isFinite(facts[name]))) return null;
  const number = (name: (typeof numbers)[number]) => facts[name] as number;
  const settings = {
    width: number('width'),
    height: number('height'),
    frameCount: number('frameCount'),
    fps: number('fps'),
    steps: number('steps'),
    guidanceScale: number('guidanceScale'),
    // A file from before there was such a setting was made without.
    guidanceRescale: typeof facts.guidanceRescale === 'number' ? facts.guidanceRescale : 0,
    shift: number('shift'),
    sampler,
    ...shortcutsOf(facts),
  } as const;
  return { prompt, negativePrompt, model, settings, seed: number('seed') };
}

/** A file names them only where they are on. */
function shortcutsOf({ guidanceInterval, cacheSteps }: Record<string, unknown>) {
  const { start, end } = (guidanceInterval ?? {}) as Record<string, unknown>;
  return {
    ...(typeof start === 'number' && typeof end === 'number' ? { guidanceInterval: { start, end } } : {}),
    ...(typeof cacheSteps === 'number' ? { cacheSteps } : {}),
  };
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** The draft that makes the same video again; with the default model where its own is not installed. */
export function draftOfRecipe(recipe: Recipe, models: readonly Pick<Model, 'id' | 'name'>[]): Draft {
  const { prompt, negativePrompt, settings, seed } = recipe;
  const model = models.find(({ name }) => name === recipe.model);
  return { ...emptyDraft, prompt, negativePrompt, settings, seed, modelId: model?.id ?? null };
}
