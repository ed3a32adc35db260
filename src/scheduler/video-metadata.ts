import type { Job } from './ports.js';

/** Everything that makes the pictures again, for the files' own metadata. Subtitles can be read off them, and might be long. */
export function metadataOf({ model, prompt, negativePrompt, settings, outputs }: Job): Record<string, unknown> {
  const { crop } = outputs;
  return { software: 'ReelQL', model, prompt, negativePrompt, ...settings, ...(crop ? { crop } : {}) };
}
