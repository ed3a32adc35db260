import { ReelQL } from '@reelql/sdk';
import { connectionChanged } from '../state/connection.js';

const keyName = 'reelql.apiKey';

/** The key of this browser, where the server asks for one. */
export function storedKey(): string | undefined {
  return localStorage.getItem(keyName) ?? undefined;
}

/** Takes effect with a reload: every connection is opened anew. */
export function storeKey(key: string | null): void {
  if (key === null) localStorage.removeItem(keyName);
  else localStorage.setItem(keyName, key);
  location.reload();
}

/** The server that served this page, for what is no query of the page: event streams, uploads, estimates. */
export const server = new ReelQL({
  url: location.origin,
  apiKey: storedKey(),
  reconnectAttempts: Number.POSITIVE_INFINITY,
  onConnection: connectionChanged,
});
