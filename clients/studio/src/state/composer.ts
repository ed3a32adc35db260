import { ReelQLError } from '@reelql/sdk';
import { server } from '../transport/server.js';
import { create } from './actions.js';
import { type Draft, draftFrom, inputOf } from './draft.js';
import { gallery } from './gallery.js';
import { promptHistory } from './prompt-history.js';
import { remembered } from './remembered.js';
import type { ChosenSettings } from './settings.js';
import { Store, storedStore, useStore } from './store.js';

export const draft = storedStore<Draft>('reelql.draft', (stored) => draftFrom(stored, Date.now()));

export const useDraft = () => useStore(draft);

/** Why the last attempt made nothing. A change of the draft takes it away: it may be right now. */
export const problem = new Store<ReelQLError | null>(null);

/** What is under way for the draft. */
export const activity = new Store<{ readonly generating: boolean; readonly uploading: boolean }>({
  generating: false,
  uploading: false,
});

export function edit(change: Partial<Draft>): void {
  problem.set(null);
  draft.set((before) => ({ ...before, ...change }));
}

export function choose(settings: ChosenSettings): void {
  edit({ settings: { ...draft.get().settings, ...settings } });
}

/** Makes the picture the first frame of what is generated next. */
export async function attachPicture(picture: Blob): Promise<void> {
  problem.set(null);
  activity.set((before) => ({ ...before, uploading: true }));
  try {
    const { id, url, width, height, expiresAt } = await server.upload(picture);
    edit({ firstFrame: { id, url, width, height, expiresAt } });
  } catch (error) {
    problem.set(reelqlError(error));
  } finally {
    activity.set((before) => ({ ...before, uploading: false }));
  }
}

/** Asks for the video of the draft, which stays for the next one. Null where there is none, and `problem` says why. */
export async function generate({ first = false } = {}): Promise<string | null> {
  if (activity.get().generating) return null;
  const asked = draft.get();
  problem.set(null);
  activity.set((before) => ({ ...before, generating: true }));
  try {
    const generation = await create(inputOf(asked, { first }));
    promptHistory.set((prompts) => remembered(prompts, asked.prompt));
    gallery.add(generation);
    return generation.id;
  } catch (error) {
    problem.set(reelqlError(error));
    return null;
  } finally {
    activity.set((before) => ({ ...before, generating: false }));
  }
}

function reelqlError(error: unknown): ReelQLError {
  if (error instanceof ReelQLError) return error;
  throw error;
}
