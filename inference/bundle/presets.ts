import type { ManifestFile } from './manifest.js';

/**
 * Defaults of models that were distilled from Wan2.2-TI2V-5B: same architecture, few steps, guidance learnt into the weights.
 * FastWan2.2-TI2V-5B-FullAttn of FastVideo, Wan2.2-TI2V-5B-Turbo of quanhaol.
 */
export const presets = {
  none: {},
  fastwan: { sampler: 'DMD', steps: 3, guidanceScale: 1 },
  turbo: { sampler: 'DMD', steps: 4, guidanceScale: 1, shift: 5 },
} as const satisfies Record<string, Partial<ManifestFile['defaults']>>;

export type Preset = keyof typeof presets;
export const presetNames = Object.keys(presets) as Preset[];
