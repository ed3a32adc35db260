import { createHash, randomBytes } from 'node:crypto';
import type { Role } from './caller.js';

/** What a key may ask for; null means no limit of its own. */
export interface KeyLimits {
  readonly maxQueued: number | null;
  readonly maxRunning: number | null;
  readonly maxPerDay: number | null;
  readonly requestsPerMinute: number | null;
}

/** An API key without its secret, which is shown once and kept nowhere. */
export interface ApiKey extends KeyLimits {
  /** UUIDv7 */
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** Share of the device time in relation to other keys that want some. */
  readonly weight: number;
  /** The secret's first characters, to tell keys apart. */
  readonly prefix: string;
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
}

/** `rql_` lets people and secret scanners recognise one; 32 random bytes follow, in base64url. */
const format = /^rql_[A-Za-z0-9_-]{43}$/;

export function newSecret(): string {
  return `rql_${randomBytes(32).toString('base64url')}`;
}

export function looksLikeSecret(text: string): boolean {
  return format.test(text);
}

/** Enough to tell keys apart and, at 36 of 256 bits, nothing to guess the rest by. */
export function prefixOf(secret: string): string {
  return secret.slice(0, 10);
}

/**
 * sha256. A slow password hash protects what people choose; 256 random bits need none. Secrets are looked up by this hash and
 * never compared themselves, so the time of a look-up tells only of hashes, which nobody can steer.
 */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
