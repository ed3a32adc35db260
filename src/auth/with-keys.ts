import { join } from 'node:path';
import { systemClock } from '../clock.js';
import { openBeside, openDatabase } from '../generations/database.js';
import { KeyStore } from './key-store.js';

/**
 * Works on the keys of a data folder whether a server runs on it or not. A server notices within a second (key-ring.ts). Its
 * lock is left alone: it keeps a second server away, not a second writer, and held for a moment it would keep away the first.
 */
export async function withKeys<T>(dataDir: string, work: (keys: KeyStore) => Promise<T>): Promise<T> {
  const file = join(dataDir, 'reelql.db');
  const database = (await openBeside(file)) ?? (await openDatabase(file));
  try {
    return await work(new KeyStore(database.client, systemClock));
  } finally {
    await database.close();
  }
}
