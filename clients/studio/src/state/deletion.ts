import { remove } from './actions.js';
import { gallery } from './gallery.js';
import { Store, useStore } from './store.js';

/** Generations that will be deleted in a moment: they are out of sight and can still be had back. */
const doomed = new Store<ReadonlySet<string>>(new Set());

export const useDoomed = () => useStore(doomed);

/** Long enough to see what was lost. */
export const undoMs = 6000;

/** Hides them now and deletes them after a while. @param onFailure with what the server said to the first that it kept */
export function deleteSoon(ids: readonly string[], onFailure: (error: unknown) => void): { readonly undo: () => void } {
  doomed.set((before) => new Set([...before, ...ids]));
  const spare = () => doomed.set((before) => new Set([...before].filter((id) => !ids.includes(id))));
  const carryOut = async () => {
    removeEventListener('pagehide', now);
    const results = await Promise.allSettled(ids.map((id) => remove(id)));
    gallery.remove(new Set(ids.filter((_, index) => results[index]?.status === 'fulfilled')));
    spare();
    const refused = results.find((result) => result.status === 'rejected');
    if (refused) onFailure(refused.reason);
  };
  const now = () => void carryOut();
  const timer = setTimeout(now, undoMs);
  // Who leaves has decided.
  addEventListener('pagehide', now);
  return {
    undo: () => {
      clearTimeout(timer);
      removeEventListener('pagehide', now);
      spare();
    },
  };
}
