import { isIP } from 'node:net';
import { ReelError } from '../errors.js';

interface Exposure {
  readonly host: string;
  readonly auth: 'off' | 'keys';
  readonly serveNetworkWithoutAuth: boolean;
}

/**
 * Without authentication the server serves its own machine only, unless somebody says in so many words that the network may use it.
 * @throws ReelError UNPROTECTED
 */
export function requireProtection({ host, auth, serveNetworkWithoutAuth }: Exposure): void {
  if (auth !== 'off' || serveNetworkWithoutAuth || isLoopback(host)) return;
  throw new ReelError(
    'UNPROTECTED',
    `On ${host} others could use this server, and authentication is off. Make a key (npx reelql keys create --name NAME --role admin) and serve with --auth keys (REELQL_AUTH=keys); or, if everybody who reaches this address may do everything, REELQL_SERVE_NETWORK_WITHOUT_AUTH=true.`,
  );
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
