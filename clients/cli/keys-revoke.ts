import type { ApiKey } from '../../src/auth/api-key.js';
import { withKeys } from '../../src/auth/with-keys.js';
import { loadConfig } from '../../src/config.js';
import { command, dataOption, jsonOption } from './command.js';
import { CommandLineError } from './exit-codes.js';
import { print, printJson, wantsJson } from './output.js';

export const keysRevoke = command({
  meta: { name: 'revoke', description: 'End an API key, its sockets and its links; a server notices within a second' },
  args: {
    key: { type: 'positional', description: 'Its id, its first characters (rql_…) or its name', required: true },
    ...dataOption,
    ...jsonOption,
  },
  async run({ args }) {
    const { dataDir } = loadConfig(args['data-dir'] ? { dataDir: args['data-dir'] } : {});
    const key = await withKeys(dataDir, async (keys) => {
      const chosen = choose(await keys.list(), args.key);
      await keys.revoke(chosen.id);
      return chosen;
    });
    if (wantsJson(args)) printJson({ id: key.id, name: key.name });
    else print(`Revoked ${key.prefix}… (${key.name}).`);
  },
});

/** @throws CommandLineError where it is none of them, or several: the wrong key must not be revoked by a guess */
function choose(keys: readonly ApiKey[], wanted: string): ApiKey {
  const valid = keys.filter((key) => key.revokedAt === null);
  const exact = valid.filter((key) => key.id === wanted || key.name === wanted);
  // Of a secret that was pasted whole, the prefix is what is stored.
  const found = exact.length > 0 ? exact : valid.filter((key) => isPrefix(key, wanted));
  const [key] = found;
  if (key && found.length === 1) return key;
  throw new CommandLineError(
    key ? `${found.length} keys are called so. Say which by its id.` : `There is no valid key like that.`,
  );
}

function isPrefix(key: ApiKey, wanted: string): boolean {
  return wanted.startsWith('rql_') && wanted.slice(0, key.prefix.length) === key.prefix;
}
