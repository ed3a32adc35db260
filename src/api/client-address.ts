import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
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

/**
 * What counts as one client of a limit: an IPv4 address, or the 64 bits of an IPv6 network. Whoever has IPv6 has a whole /64
 * (RFC 6177), so that a limit of single addresses would limit nobody.
 */
export function networkOf(address: string): string {
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  if (mapped) return mapped;
  if (!isIPv6(address)) return address;
  const [head = [], tail] = address
    .replace(/%.*$/, '')
    .replace(/\d+\.\d+\.\d+\.\d+$/, '0:0')
    .split('::')
    .map((part) => part.split(':').filter(Boolean));
  const zeros = tail ? Array<string>(8 - head.length - tail.length).fill('0') : [];
  const groups = [...head, ...zeros, ...(tail ?? [])]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16));
  return `${groups.join(':')}::/64`;
}
