import type { FastifyRequest } from 'fastify';
import { fileCost, type Gate } from '../auth/gate.js';
import { Refusal } from '../auth/refusal.js';
import type { LinkSigner } from './links.js';

/** What the routes of files ask before they answer. */
export interface FileAccess {
  readonly gate: Gate;
  readonly links: LinkSigner;
}

/** For ever, as browsers and caches understand it. */
const year = 31_536_000;

/**
 * Lets a request for a file in by its link alone: what may be read was decided when the link was made. Returns the seconds for
 * which the answer may be kept: never beyond the link's own end, or a cache would go on giving out what has expired.
 * @throws Refusal
 */
export function admitToFile(request: FastifyRequest, { gate, links }: FileAccess): number {
  const [path = ''] = request.url.split('?');
  const verdict = links.verify(path, request.query as Record<string, unknown>);
  if (typeof verdict === 'string') throw new Refusal('FORBIDDEN', reasons[verdict]);
  if (verdict.keyId !== null) charge(gate, verdict.keyId);
  return Math.min(year, Math.floor(verdict.secondsLeft));
}

function charge(gate: Gate, keyId: string): void {
  try {
    gate.charge({ keyId, role: 'VIEWER' }, fileCost);
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'UNAUTHENTICATED') throw error;
    throw new Refusal('FORBIDDEN', 'This link has ended with the API key that it was made for.');
  }
}

const reasons = {
  unsigned: 'This link is not signed. Ask GraphQL for the url of the file.',
  expired: 'This link has expired. Ask GraphQL for the url of the file again.',
  forged: 'This link was not made by this server, or has been changed.',
} as const;
