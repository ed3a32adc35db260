import type { IncomingMessage } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';

/**
 * Who is at the other end of a connection. Where that is a trusted proxy, it is the last address in X-Forwarded-For that is not one
 * too: what stands before that, anybody may have written there.
 * @param proxies addresses, networks (`10.0.0.0/8`), or `loopback`, `linklocal`, `uniquelocal`
 */
export function clientAddresses(proxies: readonly string[]): (request: IncomingMessage) => string {
  const isProxy = proxyAddr.compile([...proxies]);
  return (request) => proxyAddr(request, isProxy) ?? '';
}

/** Whether `clientAddresses` takes it. */
export function isProxyName(text: string): boolean {
  try {
    proxyAddr.compile(text);
    return true;
  } catch {
    return false;
  }
}
