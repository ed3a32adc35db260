import type { IncomingMessage } from 'node:http';

/**
 * The origin under which the caller reached this server, for links in answers: right behind port mappings and tunnels too. A
 * Host header that is no host falls back to the address listened on.
 */
export function baseUrlOf({ headers }: Pick<IncomingMessage, 'headers'>, fallback: string): string {
  const host = headers.host ?? '';
  return /^[a-z0-9.-]+(:\d{1,5})?$|^\[[0-9a-f:.]+\](:\d{1,5})?$/i.test(host) ? `http://${host}` : fallback;
}
