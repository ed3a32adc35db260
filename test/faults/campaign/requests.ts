import type { GenerationSettings } from '../../../src/generations/generation.js';

/** What the campaign asks for: a few small videos of the bundled model, again and again, each by itself so that its bytes are known. */
export interface Request {
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly settings: GenerationSettings;
}

const alike = { fps: 8, guidanceScale: 3, guidanceRescale: 0, sampler: 'UNIPC', shift: 5 } as const;
const request = (prompt: string, settings: Omit<GenerationSettings, keyof typeof alike>): Request => {
  return { prompt, negativePrompt: '', settings: { ...alike, ...settings } };
};

/** A second or two each on two cores: long enough to be hit in every phase. */
export const requests: readonly Request[] = [
  request('A red car on a road', { seed: 1, width: 128, height: 96, frameCount: 9, steps: 12 }),
  request('A blue fish in a coral reef', { seed: 2, width: 96, height: 128, frameCount: 17, steps: 8 }),
  request('A green ball bouncing in the forest', { seed: 3, width: 128, height: 128, frameCount: 5, steps: 16 }),
];
