import type { Clock } from '../clock.js';
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
    const now = this.clock.now().getTime();
    const key = keyId === null ? undefined : this.ring.get(keyId);
    if (!key) throw new Refusal('UNAUTHENTICATED', 'This API key was revoked.');
    const rate = key.requestsPerMinute ?? this.defaultRate;
    let bucket = this.buckets.get(key.id);
    if (!bucket) {
      bucket = new TokenBucket(rate, now);
      this.buckets.set(key.id, bucket);
    }
    const wait = bucket.take(cost, now);
    if (wait === 0) return;
    const retryAfter = Math.ceil(wait * 1000) / 1000;
    const message = `This API key is allowed ${rate} requests a minute. Try again in ${Math.ceil(wait)} s.`;
    throw new Refusal('RATE_LIMITED', message, retryAfter);
  }

  onRevoked({ keyId }: Caller, listener: () => void): () => void {
    return keyId === null ? () => {} : this.ring.onRevoked(keyId, listener);
  }
}
