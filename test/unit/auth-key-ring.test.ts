import { afterEach, describe, expect, it } from 'vitest';
import { type ApiKey, hashOf, newSecret, prefixOf } from '../../src/auth/api-key.js';
import { KeyRing } from '../../src/auth/key-ring.js';
import { createLog } from '../../src/log.js';
import { HandClock } from '../support/hand-clock.js';

const limits = { maxQueued: null, maxRunning: null, maxPerDay: null, requestsPerMinute: null, weight: 1 };

/** What the ring needs of the database, with a hand on it. */
class HandStore {
  readonly keys = new Map<string, ApiKey>();
  readonly uses: [string, Date][] = [];
  looks = 0;
  broken = false;

  add(secret: string): ApiKey {
    const times = { createdAt: new Date(0), revokedAt: null, lastUsedAt: null };
    const id = `key-${this.keys.size + 1}`;
    const key: ApiKey = { id, name: 'test', role: 'VIEWER', prefix: prefixOf(secret), ...times, ...limits };
    this.keys.set(hashOf(secret), key);
    return key;
  }

  async valid(): Promise<Map<string, ApiKey>> {
    this.looks += 1;
    if (this.broken) throw new Error('The disk is gone.');
    return new Map(this.keys);
  }

  async used(id: string, at: Date): Promise<void> {
    this.uses.push([id, at]);
  }
}

const rings: KeyRing[] = [];
afterEach(async () => {
  for (const ring of rings.splice(0)) await ring.close();
});

async function open(store: HandStore, clock = new HandClock()): Promise<{ ring: KeyRing; logged: string[] }> {
  const logged: string[] = [];
  const log = createLog('debug', { write: (line) => void logged.push(line) });
  const ring = await KeyRing.open(store, clock, log);
  rings.push(ring);
  return { ring, logged };
}

describe('the key ring', () => {
  it('knows keys without asking the database, and asks for those it does not know', async () => {
    const store = new HandStore();
    const [old, fresh] = [newSecret(), newSecret()];
    const { id } = store.add(old);
    const { ring } = await open(store);
    const looks = store.looks;
    expect((await ring.find(old))?.id).toBe(id);
    expect(store.looks).toBe(looks);
    const later = store.add(fresh);
    expect((await ring.find(fresh))?.id).toBe(later.id);
  });

  it('looks once for however many unknown secrets, and not at all for what is none', async () => {
    const store = new HandStore();
    const { ring } = await open(store);
    const before = store.looks;
    const strangers = Array.from({ length: 1000 }, () => ring.find(newSecret()));
    expect(new Set(await Promise.all(strangers))).toEqual(new Set([undefined]));
    // One for all of them; another where the ring looked by itself meanwhile.
    expect(store.looks - before).toBeLessThanOrEqual(2);
    const after = store.looks;
    for (const text of ['', 'rql_', 'x'.repeat(47), `${newSecret()}\n`]) expect(await ring.find(text)).toBeUndefined();
    expect(store.looks - after).toBeLessThanOrEqual(1);
  });

  it('tells once who watches a key that it was revoked', async () => {
    const store = new HandStore();
    const [gone, kept] = [newSecret(), newSecret()];
    const { id } = store.add(gone);
    const other = store.add(kept);
    const { ring } = await open(store);
    const told: string[] = [];
    ring.onRevoked(id, () => told.push('first'));
    ring.onRevoked(id, () => told.push('second'));
    ring.onRevoked(id, () => told.push('left'))();
    ring.onRevoked(other.id, () => told.push('other'));
    store.keys.delete(hashOf(gone));
    await expect.poll(() => told).toEqual(['first', 'second']);
    expect([ring.get(id), await ring.find(gone)]).toEqual([undefined, undefined]);
    expect(told).toHaveLength(2);
  });

  it('keeps the keys it knows while the database cannot be read, and says so', async () => {
    const store = new HandStore();
    const secret = newSecret();
    store.add(secret);
    const { ring, logged } = await open(store);
    store.broken = true;
    expect(await ring.find(newSecret())).toBeUndefined();
    expect(await ring.find(secret)).toBeDefined();
    expect(logged.join()).toContain('could not be read');
    store.broken = false;
    const added = newSecret();
    store.add(added);
    expect(await ring.find(added)).toBeDefined();
  });

  it('notes the use of a key once a minute, and at the latest when it is closed', async () => {
    const store = new HandStore();
    const clock = new HandClock();
    const secret = newSecret();
    const { id } = store.add(secret);
    const { ring } = await open(store, clock);
    const first = clock.now();
    for (let n = 0; n < 10; n += 1) await ring.find(secret);
    clock.pass(59);
    await ring.find(secret);
    clock.pass(1);
    await ring.find(secret);
    await ring.close();
    expect(store.uses.at(-1)).toEqual([id, clock.now()]);
    expect(store.uses.length).toBeLessThanOrEqual(2);
    expect(store.uses.every(([, at]) => at >= first)).toBe(true);
  });
});

describe('a secret', () => {
  it('has 256 random bits and says what it is', () => {
    const secrets = new Set(Array.from({ length: 1000 }, newSecret));
    expect(secrets.size).toBe(1000);
    for (const secret of secrets) expect(secret).toMatch(/^rql_[A-Za-z0-9_-]{43}$/);
  });
});
