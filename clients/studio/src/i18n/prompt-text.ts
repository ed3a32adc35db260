import type { Translate } from './index.js';

/** What a video is called by: its prompt, or words for none. */
export const promptText = (prompt: string, t: Translate): string => prompt || t('prompt.none');
