import type { Manifest } from '../../inference/bundle/manifest.js';
import type { GenerationSettings } from '../generations/generation.js';
import { stages, workOf } from '../scheduler/work.js';

/** Floating-point operations of a whole video, from text to frames. */
export function videoFlops(settings: GenerationSettings, manifest: Manifest): number {
  const work = workOf(settings, manifest, []);
  // The other stages move bytes; their effort is no operations.
  return stages
    .filter((stage) => stage !== 'load' && stage !== 'encode-video')
    .reduce((sum, stage) => sum + work[stage].count * work[stage].effort, 0);
}

/** A card of which a time was claimed elsewhere. */
export interface ClaimedCard {
  readonly card: string;
  /** Of 30 frames at 480p in 25 steps, alone. */
  readonly seconds: number;
  /** The most that were made at once, and how long that took. */
  readonly batch: { readonly videos: number; readonly seconds: number } | null;
  /** Matrix products in half precision without sparsity, by the maker's datasheet (fp16 sums, where these are faster). */
  readonly datasheetFlops: number;
}

/**
 * The times that the article behind this project states. They lie below what the cards can compute for the published
 * architecture, so they are quoted as claims beside that floor, and are no targets.
 */
export const claimedCards: readonly ClaimedCard[] = [
  { card: 'RTX 3060 12 GB', seconds: 7.8, batch: null, datasheetFlops: 51e12 },
  { card: 'RTX 4070 Ti 12 GB', seconds: 3.2, batch: { videos: 2, seconds: 4.1 }, datasheetFlops: 160e12 },
  { card: 'A100 40 GB', seconds: 1.9, batch: { videos: 4, seconds: 2.5 }, datasheetFlops: 312e12 },
];
