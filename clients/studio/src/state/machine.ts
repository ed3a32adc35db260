import { type QueueState, UnauthenticatedError } from '@reelql/sdk';
import { server } from '../transport/server.js';
import { connection } from './connection.js';
import { gallery } from './gallery.js';
import { Store, useStore } from './store.js';

/** What waits and runs on the whole server, as last heard. */
export const queue = new Store<QueueState | null>(null);

export const useQueue = () => useStore(queue);

/** Short enough to see what other clients ask for as it happens, long enough for a burst of changes to be one. */
const refreshMs = 400;
/** What came from the cache, or was deleted elsewhere, changes no queue. */
const idleRefreshMs = 20_000;

let awaited = false;

/** Something was created, started or ended somewhere: the gallery looks at its newest again. */
function noticed(): void {
  if (awaited) return;
  awaited = true;
  setTimeout(() => {
    awaited = false;
    if (document.visibilityState === 'visible') void gallery.refresh();
  }, refreshMs);
}

/** Looks again from time to time, and whenever somebody comes back to the page. */
export function watchForOthers(): void {
  document.addEventListener('visibilitychange', noticed);
  setInterval(noticed, idleRefreshMs);
}

/**
 * Follows the queue as long as the page lives: the one subscription that is always open, and so the page's pulse. Ends only where the
 * server wants a key.
 */
export async function followQueue(): Promise<void> {
  try {
    for await (const state of server.watchQueue()) {
      queue.set(state);
      noticed();
    }
  } catch (error) {
    if (error instanceof UnauthenticatedError) connection.set('refused');
    else console.error('The queue cannot be followed.', error);
  }
}
