import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { operationLimits, pageSizes } from '../../src/api/policy/limits.js';
import { roles } from '../../src/auth/caller.js';
import { refusalCodes } from '../../src/auth/refusal.js';
import { loadConfig } from '../../src/config.js';

const page = readFileSync('docs/access.md', 'utf8');
const row = (name: string): string => {
  const line = page.split('\n').find((one) => one.startsWith(`| ${name}`));
  return line?.split('|')[2]?.trim() ?? `no row “${name}”`;
};

describe('docs/access.md', () => {
  it('gives the limits that hold', () => {
    const { bodyBytes, tokens, depth, aliases, rootFields, cost, subscriptions, bufferedBytes, initTimeout } =
      operationLimits;
    expect([row('body'), row('tokens'), row('depth'), row('aliases'), row('fields at the root')]).toEqual(
      [`${bodyBytes / 1024} KiB`, tokens, depth, aliases, rootFields].map(String),
    );
    expect(row('fields of the answer')).toBe(cost.toLocaleString('en'));
    expect(row('operations open')).toBe(String(subscriptions));
    expect(row('bytes that wait')).toBe(`${bufferedBytes / 1024 ** 2} MiB`);
    expect(row('seconds to say')).toBe(String(initTimeout / 1000));
    expect(page).toContain(`\`last\`; ${pageSizes.default} if neither`);
  });

  it('gives the defaults of the options that it names', () => {
    const config = loadConfig({}, {});
    expect(row('requests a minute')).toContain(`${config.requestsPerMinute} (`);
    expect(row('sockets of a key')).toContain(`${config.connectionsPerKey} (`);
    expect(row('sockets of an address')).toContain(`${config.connectionsPerAddress} (`);
    expect(page).toContain(`\`REELQL_LINK_SECONDS\` (${config.linkSeconds})`);
    const options = Object.keys({ ...config, publicUrl: '', trustedDocumentsFile: '' });
    const variables = options.map((option) => `REELQL_${option.replace(/[A-Z]/g, '_$&').toUpperCase()}`);
    for (const [variable] of page.matchAll(/REELQL_[A-Z_]+/g)) expect(variables).toContain(variable);
  });

  it('names every role and every refusal', () => {
    for (const role of roles) expect(row(role.toLowerCase())).not.toContain('no row');
    for (const code of refusalCodes) expect(page).toContain(`\`${code}\``);
  });
});
