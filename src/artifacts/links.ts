import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../clock.js';

/** What a link that holds says: who it was made for, and how long it goes on holding. */
export interface Claim {
  readonly keyId: string | null;
  /** Infinity where links are not signed. */
  readonly secondsLeft: number;
}

export type Verdict = Claim | 'unsigned' | 'expired' | 'forged';

/** Makes links to files, and tells whether one holds. */
export interface LinkSigner {
  /** @param keyId whose link it is: it ends with the key, and counts against its rate */
  sign(path: string, keyId: string | null): string;
  verify(path: string, query: Readonly<Record<string, unknown>>): Verdict;
}

/** Authentication is off: whoever knows the path may read. */
export const unsignedLinks: LinkSigner = {
  sign: (path) => path,
  verify: () => ({ keyId: null, secondsLeft: Number.POSITIVE_INFINITY }),
};

/**
 * Links that work without a header, in `<video src>` for instance, and not for ever: path, time of expiry and owner are signed
 * with a secret of the data folder (HMAC-SHA256).
 *
 * The link is the permission. So a cache between us and the reader may keep the file under the whole link: whoever finds it
 * there holds the link. For that to pay, links to one file must be equal: they expire at multiples of half the lifetime, so
 * each lives between half and all of it, and those made for one key in the same half are the same.
 */
export class HmacLinks implements LinkSigner {
  constructor(
    private readonly secret: Buffer,
    private readonly lifetimeSeconds: number,
    private readonly clock: Clock,
  ) {}

  sign(path: string, keyId: string | null): string {
    const half = Math.max(1, Math.floor(this.lifetimeSeconds / 2));
    const expires = (Math.floor(this.now() / half) + 2) * half;
    const query = new URLSearchParams({ expires: String(expires), ...(keyId ? { key: keyId } : {}) });
    query.set('signature', this.signature(path, expires, keyId));
    return `${path}?${query}`;
  }

  verify(path: string, { expires, key, signature }: Readonly<Record<string, unknown>>): Verdict {
    if (expires === undefined && signature === undefined) return 'unsigned';
    const keyId = typeof key === 'string' ? key : null;
    const at = typeof expires === 'string' && /^\d{1,12}$/.test(expires) ? Number(expires) : null;
    // Forged before expired: only what we signed ourselves learns when it ended.
    if (at === null || typeof signature !== 'string' || !equal(signature, this.signature(path, at, keyId))) {
      return 'forged';
    }
    const secondsLeft = at - this.now();
    return secondsLeft > 0 ? { keyId, secondsLeft } : 'expired';
  }

  private signature(path: string, expires: number, keyId: string | null): string {
    return createHmac('sha256', this.secret)
      .update(`${path}\n${expires}\n${keyId ?? ''}`)
      .digest('base64url');
  }

  /** Seconds since 1970. */
  private now(): number {
    return this.clock.now().getTime() / 1000;
  }
}

function equal(given: string, expected: string): boolean {
  const bytes = Buffer.from(given);
  return bytes.length === expected.length && timingSafeEqual(bytes, Buffer.from(expected));
}
