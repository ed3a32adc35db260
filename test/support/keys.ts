import type { Role } from '../../src/auth/caller.js';
import { KeyStore, type NewKey } from '../../src/auth/key-store.js';
import { systemClock } from '../../src/clock.js';
import type { ApiServer } from './api-server.js';

export interface TestKey {
  readonly id: string;
  readonly secret: string;
  /** Headers of a request with it. */
  readonly headers: { readonly authorization: string };
}

export function keyStore(server: ApiServer): KeyStore {
  return new KeyStore(server.database.client, systemClock);
}

export async function newKey(server: ApiServer, role: Role, limits: Partial<NewKey> = {}): Promise<TestKey> {
  const none = { maxQueued: null, maxRunning: null, maxPerDay: null, requestsPerMinute: null };
  const { key, secret } = await keyStore(server).create({ name: role.toLowerCase(), role, ...none, ...limits });
  return { id: key.id, secret, headers: { authorization: `Bearer ${secret}` } };
}
