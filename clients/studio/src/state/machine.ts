import { type QueueState, UnauthenticatedError } from '@reelql/sdk';
import { server } from '../transport/server.js';
import { connection } from './connection.js';
import { Store, useStore } from './store.js';

/** What waits and runs on the whole server, as last heard. */
export const queue = new Store<QueueState | null>(null);

export const useQueue = () => useStore(queue);

/**
 * Follows the queue as long as the page lives: the one subscription that is always open, and so the page's pulse. Ends only where the
 * server wants a key.
 */
export async function followQueue(): Promise<void> {
  try {
    for await (const state of server.watchQueue()) queue.set(state);
  } catch (error) {
    if (error instanceof UnauthenticatedError) connection.set('refused');
    else console.error('The queue cannot be followed.', error);
  }
}
