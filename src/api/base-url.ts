import type { IncomingMessage } from 'node:http';

/**
 * The origin under which the caller reached this server, for links in answers: right behind port mappings and tunnels too. A
 * Host header that is no host falls back to the address listened on.
 */
export function baseUrlOf({ headers }: Pick<IncomingMessage, 'headers'>, fallback: string): string {
  const host = headers.host ?? '';
  return /^[a-z0-9.-]+(:\d{1,5})?$|^\[[0-9a-f:.]+\](:\d{1,5})?$/i.test(host) ? `http://${host}` : fallback;
}

/**
 * Whether a page may open a socket here. Browsers let any page try and send its origin along: without this check every website
 * could talk to the server on its visitor's machine. Programs send no Origin and are let in.
 */
export function isSameOrigin({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  if (headers.origin === undefined) return true;
  try {
    return new URL(headers.origin).host === headers.host;
  } catch {
    return false;
  }
}
