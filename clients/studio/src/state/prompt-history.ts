import { storedStore } from './store.js';

const most = 50;

/** The newest first, none twice. */
export function remembered(prompts: readonly string[], prompt: string): readonly string[] {
  const text = prompt.trim();
  if (text === '') return prompts;
  return [text, ...prompts.filter((other) => other !== text)].slice(0, most);
}

/** What was asked for from this browser. */
export const promptHistory = storedStore<readonly string[]>('reelql.prompts', (stored) =>
  Array.isArray(stored) ? stored.filter((prompt) => typeof prompt === 'string').slice(0, most) : [],
);
