import type { Job } from './ports.js';

/** Everything that makes the video again, for the files' own metadata. */
export function metadataOf({ model, prompt, negativePrompt, settings }: Job): Record<string, unknown> {
  return { software: 'ReelQL', model, prompt, negativePrompt, ...settings };
}
