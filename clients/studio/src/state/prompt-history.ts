import { most } from './remembered.js';
import { storedStore } from './store.js';

/** What was asked for from this browser. */
export const promptHistory = storedStore<readonly string[]>('reelql.prompts', (stored) =>
  Array.isArray(stored) ? stored.filter((prompt) => typeof prompt === 'string').slice(0, most) : [],
);
