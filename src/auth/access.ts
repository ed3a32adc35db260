import { join } from 'node:path';
import { HmacLinks, type LinkSigner, unsignedLinks } from '../artifacts/links.js';
import type { Clock } from '../clock.js';
import type { Config } from '../config.js';
import type { PrismaClient } from '../generated/prisma/client.js';
import type { Log } from '../log.js';
import type { Gate } from './gate.js';
import { KeyGate } from './key-gate.js';
import { KeyRing } from './key-ring.js';
import { KeyStore } from './key-store.js';
import { openGate } from './open-gate.js';
import { secretFile } from './secret-file.js';

/** Who is let in: the gate of all routes, and the links that need no key. */
export interface Access {
  readonly gate: Gate;
  readonly links: LinkSigner;
  /** Of a key, by its id: its share of the device time in relation to others; 1 where nobody needs a key, and of a revoked one. */
  readonly weightOf: (keyId: string) => number;
  close(): Promise<void>;
}

export const openAccess: Access = { gate: openGate, links: unsignedLinks, weightOf: () => 1, close: async () => {} };

/** @throws StorageError where the secret that signs links cannot be read or made */
export async function createAccess(
  config: Pick<Config, 'auth' | 'dataDir' | 'requestsPerMinute' | 'linkSeconds'>,
  database: PrismaClient,
  clock: Clock,
  log: Log,
): Promise<Access> {
  if (config.auth === 'off') return openAccess;
  const links = new HmacLinks(await secretFile(join(config.dataDir, 'secrets', 'links')), config.linkSeconds, clock);
  const ring = await KeyRing.open(new KeyStore(database, clock), clock, log);
  if (ring.size === 0) {
    log.warn('There is no API key yet, so nobody is let in. Make one: npx reelql keys create --name NAME --role admin');
  }
  const gate = new KeyGate(ring, clock, config.requestsPerMinute);
  return { gate, links, weightOf: (keyId) => ring.get(keyId)?.weight ?? 1, close: () => ring.close() };
}
