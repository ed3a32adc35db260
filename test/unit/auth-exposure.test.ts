import { describe, expect, it } from 'vitest';
import { isLoopback, requireProtection } from '../../src/auth/exposure.js';

describe('requireProtection', () => {
  const start = (host: string, auth: 'off' | 'keys' = 'off', serveNetworkWithoutAuth = false) =>
    requireProtection({ host, auth, serveNetworkWithoutAuth });

  it('lets a server without authentication listen on loopback only', () => {
    for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) expect(() => start(host)).not.toThrow();
    for (const host of ['0.0.0.0', '::', '192.168.1.2', 'example.org', '127.0.0.1.example.org', '']) {
      expect(() => start(host)).toThrow(/authentication is off.*keys create.*REELQL_SERVE_NETWORK_WITHOUT_AUTH/);
    }
  });

  it('lets it listen anywhere with keys, or where somebody has said so', () => {
    expect(() => start('0.0.0.0', 'keys')).not.toThrow();
    expect(() => start('0.0.0.0', 'off', true)).not.toThrow();
  });

  it('does not take an IPv6 address that embeds 127.0.0.1 for loopback', () => {
    expect(isLoopback('::ffff:127.0.0.1')).toBe(false);
  });
});
