import type { Clock } from '../clock.js';
import type { Log } from '../log.js';
import { type ApiKey, hashOf, looksLikeSecret } from './api-key.js';
import type { KeyStore } from './key-store.js';

/** Milliseconds between looks into the database: a key that is revoked there works no longer than this. */
const lookInterval = 1000;
/** A secret that nobody knows makes the ring look again, for it may be new; this often at most, whoever sends however many. */
const shortestInterval = 100;
/** When a key was last used is told to the minute. */
const usePrecision = 60_000;

/**
 * The valid keys in memory, so that no request waits for the database to be let in. `reelql keys` writes to the database from
 * a process of its own, so the ring looks there again and again.
 */
export class KeyRing {
  private byHash = new Map<string, ApiKey>();
  private byId = new Map<string, ApiKey>();
  private readonly watchers = new Map<string, Set<() => void>>();
  private readonly recorded = new Map<string, number>();
  private readonly unrecorded = new Map<string, Date>();
  private timer: NodeJS.Timeout | undefined;
  private upcoming: Promise<void> | undefined;
  private reading: Promise<void> = Promise.resolve();
  private lookedAt = 0;

  private constructor(
    private readonly store: Pick<KeyStore, 'valid' | 'used'>,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  static async open(store: Pick<KeyStore, 'valid' | 'used'>, clock: Clock, log: Log): Promise<KeyRing> {
    const ring = new KeyRing(store, clock, log);
    await ring.read();
    ring.timer = setInterval(() => void ring.look(), lookInterval).unref();
    return ring;
  }

  get size(): number {
    return this.byId.size;
  }

  async find(secret: string): Promise<ApiKey | undefined> {
    if (!looksLikeSecret(secret)) return undefined;
    const hash = hashOf(secret);
    const known = this.byHash.get(hash);
    if (known) return this.used(known);
    await this.look();
    const created = this.byHash.get(hash);
    return created && this.used(created);
  }

  get(id: string): ApiKey | undefined {
    return this.byId.get(id);
  }

  onRevoked(id: string, listener: () => void): () => void {
    const listeners = this.watchers.get(id) ?? new Set();
    this.watchers.set(id, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.watchers.get(id) === listeners) this.watchers.delete(id);
    };
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.upcoming;
    await this.reading;
    await this.recordUses();
  }

  /** A look shared by all who wait for it. It is yet to begin: one that reads already may miss what was written since. */
  private look(): Promise<void> {
    this.upcoming ??= this.pause().then(() => {
      this.upcoming = undefined;
      this.reading = this.reading
        .then(() => this.read())
        .then(() => this.recordUses())
        .catch((error) => this.log.warn({ err: error }, 'The API keys could not be read; the known ones stay valid'));
      return this.reading;
    });
    return this.upcoming;
  }

  private pause(): Promise<void> {
    const remaining = this.lookedAt + shortestInterval - performance.now();
    return new Promise((resolve) => setTimeout(resolve, Math.max(0, remaining)));
  }

  private async read(): Promise<void> {
    this.lookedAt = performance.now();
    this.byHash = await this.store.valid();
    const before = this.byId;
    this.byId = new Map([...this.byHash.values()].map((key) => [key.id, key]));
    for (const id of before.keys()) {
      if (this.byId.has(id)) continue;
      this.log.info({ keyId: id }, 'An API key was revoked');
      for (const listener of this.watchers.get(id) ?? []) listener();
      this.watchers.delete(id);
    }
  }

  private used(key: ApiKey): ApiKey {
    const now = this.clock.now();
    if (now.getTime() - (this.recorded.get(key.id) ?? 0) >= usePrecision) {
      this.recorded.set(key.id, now.getTime());
      this.unrecorded.set(key.id, now);
    }
    return key;
  }

  private async recordUses(): Promise<void> {
    const uses = [...this.unrecorded];
    this.unrecorded.clear();
    for (const [id, at] of uses) await this.store.used(id, at);
  }
}
