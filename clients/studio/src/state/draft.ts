import type { CreateGenerationInput, Generation, VideoFormat } from '@reelql/sdk';
import type { ChosenSettings } from './settings.js';

/** A picture on the server that the video begins with. */
export interface FirstFrame {
  readonly id: string;
  readonly url: string;
  readonly width: number;
  readonly height: number;
  /** Null for one that a generation holds. */
  readonly expiresAt: string | null;
}

/** What the composer holds: a request that has not been made yet. */
export interface Draft {
  readonly prompt: string;
  readonly negativePrompt: string;
  /** Null for the server's default. */
  readonly modelId: string | null;
  readonly settings: ChosenSettings;
  /** Null for another one each time. */
  readonly seed: number | null;
  /** The first is the video, the others are extras. */
  readonly formats: readonly VideoFormat[];
  readonly firstFrame: FirstFrame | null;
  readonly remixedFromId: string | null;
}

export const emptyDraft: Draft = {
  prompt: '',
  negativePrompt: '',
  modelId: null,
  settings: {},
  seed: null,
  formats: ['MP4_H264'],
  firstFrame: null,
  remixedFromId: null,
};

export const urgent = 100;

/** @param first whether it goes before all that waits */
export function inputOf(draft: Draft, { first }: { readonly first: boolean }): CreateGenerationInput {
  const { prompt, negativePrompt, modelId, settings, seed, formats, firstFrame, remixedFromId } = draft;
  return {
    prompt: prompt.trim(),
    negativePrompt,
    modelId,
    settings: { ...settings, seed },
    outputs: { formats },
    firstFrameUploadId: firstFrame?.id,
    remixedFromId,
    priority: first ? urgent : 0,
  };
}

/** The draft that a generation came from. Another seed makes another video of it; its own makes the same one again. */
export function draftOf(generation: Generation, { seed: keep }: { readonly seed: 'same' | 'another' }): Draft {
  const { seed, ...settings } = generation.settings;
  const { firstFrame } = generation;
  return {
    prompt: generation.prompt,
    negativePrompt: generation.negativePrompt,
    modelId: generation.model?.id ?? null,
    settings,
    seed: keep === 'same' ? seed : null,
    formats: generation.outputs.formats,
    firstFrame: firstFrame && { ...firstFrame, expiresAt: null },
    remixedFromId: generation.id,
  };
}

/** What an older page, or an earlier visit, has left; an uploaded picture only while the server still has it. */
export function draftFrom(stored: unknown, now: number): Draft {
  if (typeof stored !== 'object' || stored === null) return emptyDraft;
  const known = Object.entries(stored).filter(([name]) => name in emptyDraft);
  const draft = { ...emptyDraft, ...Object.fromEntries(known) } as Draft;
  const { firstFrame, formats } = draft;
  const gone = firstFrame?.expiresAt != null && Date.parse(firstFrame.expiresAt) <= now;
  return { ...draft, formats: formats.length > 0 ? formats : emptyDraft.formats, firstFrame: gone ? null : firstFrame };
}

/** Random and easy to read out: the server takes up to 2^53 - 1. */
export function randomSeed(random: () => number = Math.random): number {
  return Math.floor(random() * 2 ** 32);
}
