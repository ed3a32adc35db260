import type { Clock } from '../clock.js';
import type { ApiKey } from './api-key.js';
import type { Caller } from './caller.js';
import type { Gate } from './gate.js';
import type { KeyRing } from './key-ring.js';
import { Refusal } from './refusal.js';
import { TokenBucket } from './token-bucket.js';

/** Authentication is on: every request brings an API key, and each key has a rate. */
export class KeyGate implements Gate {
  readonly wantsKeys = true;
  private readonly buckets = new Map<string, TokenBucket>();

  constructor(
    private readonly ring: KeyRing,
    private readonly clock: Clock,
    /** Requests a minute of keys that have no rate of their own. */
    private readonly defaultRate: number,
  ) {}

  async authenticate(secret: string | undefined): Promise<Caller> {
    if (!secret) {
      throw new Refusal('UNAUTHENTICATED', 'This server wants an API key: send it as "Authorization: Bearer rql_…".');
    }
    const key = await this.ring.find(secret);
    if (!key) throw new Refusal('UNAUTHENTICATED', 'This API key is not valid: it is mistyped or was revoked.');
    return { keyId: key.id, role: key.role };
  }

  charge({ keyId }: Caller, cost = 1): void {
    const key = keyId === null ? undefined : this.ring.get(keyId);
    if (!key) throw new Refusal('UNAUTHENTICATED', 'This API key was revoked.');
    const wait = this.bucketOf(key).take(cost, this.now());
    if (wait === 0) return;
    const retryAfter = Math.ceil(wait * 1000) / 1000;
    const message = `This API key is allowed ${this.rateOf(key)} requests a minute. Try again in ${Math.ceil(wait)} s.`;
    throw new Refusal('RATE_LIMITED', message, retryAfter);
  }

  debit({ keyId }: Caller, cost: number): void {
    const key = keyId === null ? undefined : this.ring.get(keyId);
    if (key) this.bucketOf(key).debit(cost, this.now());
  }

  onRevoked({ keyId }: Caller, listener: () => void): () => void {
    return keyId === null ? () => {} : this.ring.onRevoked(keyId, listener);
  }

  private bucketOf(key: ApiKey): TokenBucket {
    let bucket = this.buckets.get(key.id);
    if (!bucket) {
      bucket = new TokenBucket(this.rateOf(key), this.now());
      this.buckets.set(key.id, bucket);
    }
    return bucket;
  }

  private rateOf(key: ApiKey): number {
    return key.requestsPerMinute ?? this.defaultRate;
  }

  private now(): number {
    return this.clock.now().getTime();
  }
}
