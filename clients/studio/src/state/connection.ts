import { Store, useStore } from './store.js';

/** How the page stands with its server. `refused` until there is a key that the server knows. */
export type Connection = 'connecting' | 'connected' | 'lost' | 'refused';

export const connection = new Store<Connection>('connecting');

export const useConnection = () => useStore(connection);

/** The first connection is no news; only one that stood can be lost, or one that does not come at all. */
export function connectionChanged(state: 'connected' | 'lost'): void {
  connection.set((before) => (before === 'refused' ? before : state));
}
