import type { IncomingHttpHeaders } from 'node:http';
import { type Caller, type Role, roles } from './caller.js';
import { Refusal } from './refusal.js';

/**
 * Who may do what, and how often: every transport and every route asks here, so that none of them is a back door.
 * A refusal is thrown as a `Refusal`, which Fastify answers with its status, headers and sentence.
 */
export interface Gate {
  /** False where authentication is off: then everybody is `anyone`. */
  readonly wantsKeys: boolean;

  /**
   * Whoever owns this secret. Costs nothing yet: see `charge`.
   * @throws Refusal UNAUTHENTICATED
   */
  authenticate(secret: string | undefined): Promise<Caller>;

  /**
   * Counts a request against the rate limit of the caller's key; 1 is a request, a file is a tenth of one.
   * @throws Refusal RATE_LIMITED with `retryAfter`; UNAUTHENTICATED where the key has been revoked meanwhile
   */
  charge(caller: Caller, cost?: number): void;

  /** Counts further requests for one that turned out to be dear. It is let through; the caller's next ones wait longer. */
  debit(caller: Caller, cost: number): void;

  /** Calls back once when the caller's key is revoked. Returns what ends the watch. */
  onRevoked(caller: Caller, listener: () => void): () => void;
}

/** What a file costs of a key's rate limit: a gallery asks for a hundred pictures at once, and a player for ranges as it seeks. */
export const fileCost = 0.1;

/**
 * All that a route has to ask: who sends this request, may they, and have they asked too often?
 * @throws Refusal
 */
export async function enter(
  gate: Gate,
  headers: IncomingHttpHeaders,
  { role = 'VIEWER', cost = 1 }: { readonly role?: Role; readonly cost?: number } = {},
): Promise<Caller> {
  const caller = await gate.authenticate(secretOf(headers.authorization));
  gate.charge(caller, cost);
  requireRole(caller, role);
  return caller;
}

/** @throws Refusal FORBIDDEN */
export function requireRole(caller: Caller, role: Role): void {
  // From the least to the most.
  if (roles.indexOf(caller.role) >= roles.indexOf(role)) return;
  throw new Refusal('FORBIDDEN', `This needs an API key with the role ${role}; yours has ${caller.role}.`);
}

/** The secret of an `Authorization: Bearer …` header; the word Bearer may be left out. */
export function secretOf(authorization: string | undefined): string | undefined {
  return authorization?.trim().replace(/^bearer\s+/i, '');
}
