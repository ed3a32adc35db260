import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';

/**
 * Addresses of the Internet that are not its public part, after IANA's special-purpose registries (RFC 6890 and its updates). A
 * server must not be made to call them: there are the databases, routers and cloud metadata that trust whoever can reach them.
 */
const reserved = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Link-local, and with it the metadata service of most clouds.
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  // Multicast, reserved, broadcast.
  ['224.0.0.0', 3],
] as const) {
  reserved.addSubnet(network, prefix, 'ipv4');
}

/** Of IPv6 only this is given out to the public at all … */
const global = new BlockList();
global.addSubnet('2000::', 3, 'ipv6');
/** … and of it not these: protocol assignments with Teredo, documentation, and 6to4, which wraps any IPv4 address. */
for (const [network, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  reserved.addSubnet(network, prefix, 'ipv6');
}

/** Whether an address, written as the operating system does, is one of the public Internet. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !reserved.check(address, 'ipv4');
  // An IPv4 address in the clothes of IPv6 (::ffff:10.0.0.1, 64:ff9b::10.0.0.1) is outside of 2000::/3 and so refused.
  return isIPv6(address) && global.check(address, 'ipv6') && !reserved.check(address, 'ipv6');
}

/** The address that a URL names itself, without its brackets; null where it has a name that is to be looked up. */
export function literalAddress({ hostname }: URL): string | null {
  const host = hostname.replace(/^\[|\]$/g, '');
  return isIP(host) > 0 ? host : null;
}
