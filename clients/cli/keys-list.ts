import type { ApiKey } from '../../src/auth/api-key.js';
import { withKeys } from '../../src/auth/with-keys.js';
import { loadConfig } from '../../src/config.js';
import { command, dataOption, jsonOption } from './command.js';
import { fitted, print, printJson, wantsJson } from './output.js';
import { onStdout } from './style.js';

export const keysList = command({
  meta: { name: 'list', description: 'List the API keys, without their secrets' },
  args: {
    revoked: { type: 'boolean', description: 'Revoked ones too' },
    ...dataOption,
    ...jsonOption,
  },
  async run({ args }) {
    const { dataDir } = loadConfig(args['data-dir'] ? { dataDir: args['data-dir'] } : {});
    const keys = (await withKeys(dataDir, (store) => store.list())).filter((key) => args.revoked || !key.revokedAt);
    if (wantsJson(args)) for (const key of keys) printJson(key);
    else if (keys.length === 0) print('No keys. Make one: npx reelql keys create --name NAME --role admin');
    else for (const key of keys) print(fitted(line(key)));
  },
});

function line(key: ApiKey): string {
  const used = key.lastUsedAt ? `used ${minute(key.lastUsedAt)}` : 'never used';
  const state = key.revokedAt ? onStdout.red(`revoked ${minute(key.revokedAt)}`) : used;
  const limits = limitNames.flatMap(([limit, text]) => (key[limit] === null ? [] : [`${key[limit]} ${text}`]));
  if (key.weight !== 1) limits.push(`weight ${key.weight}`);
  return [`${key.prefix}…`, key.role.toLowerCase().padEnd(7), key.name, state, ...limits].join('  ');
}

const limitNames = [
  ['maxQueued', 'queued'],
  ['maxRunning', 'running'],
  ['maxPerDay', 'a day'],
  ['requestsPerMinute', 'requests a minute'],
] as const;

function minute(date: Date): string {
  return date.toISOString().slice(0, 16).replace('T', ' ');
}
