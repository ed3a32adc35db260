import { type Role, roles } from '../../src/auth/caller.js';
import type { NewKey } from '../../src/auth/key-store.js';
import { withKeys } from '../../src/auth/with-keys.js';
import { loadConfig } from '../../src/config.js';
import { command, dataOption, jsonOption, numberOf } from './command.js';
import { CommandLineError } from './exit-codes.js';
import { print, printJson, wantsJson } from './output.js';
import { onStderr } from './style.js';

export const keysCreate = command({
  meta: { name: 'create', description: 'Make an API key and show it, this once' },
  args: {
    name: { type: 'string', description: 'What to call it, such as who it is for', required: true },
    role: { type: 'string', description: 'viewer (looks), creator (makes too), admin (everything)', required: true },
    'max-queued': { type: 'string', description: 'Generations of it that may wait', valueHint: 'n' },
    'max-running': { type: 'string', description: 'Generations of it that may run at once', valueHint: 'n' },
    'max-per-day': { type: 'string', description: 'Generations that it may ask for in a day (UTC)', valueHint: 'n' },
    'requests-per-minute': { type: 'string', description: 'Requests; a file counts a tenth', valueHint: 'n' },
    weight: { type: 'string', description: 'Its share of the device time: 2 is twice that of others', valueHint: 'n' },
    ...dataOption,
    ...jsonOption,
  },
  async run({ args }) {
    const asked: NewKey = {
      name: nameOf(args.name),
      role: roleOf(args.role),
      weight: weightOf(args.weight),
      maxQueued: limitOf('max-queued', args['max-queued']),
      maxRunning: limitOf('max-running', args['max-running']),
      maxPerDay: limitOf('max-per-day', args['max-per-day']),
      requestsPerMinute: limitOf('requests-per-minute', args['requests-per-minute']),
    };
    const { dataDir, auth } = loadConfig(args['data-dir'] ? { dataDir: args['data-dir'] } : {});
    const { key, secret } = await withKeys(dataDir, (keys) => keys.create(asked));
    if (wantsJson(args)) printJson({ ...key, secret });
    else print(secret);
    // On standard error, so that a script gets the key and nothing else.
    note(`Key ${key.id} (${key.role}). Store it now: it is not shown again.`);
    if (auth === 'off') note('Servers of this configuration want no keys yet: set REELQL_AUTH=keys.');
  },
});

function note(line: string): void {
  process.stderr.write(`${onStderr.dim(line)}\n`);
}

function nameOf(text: string): string {
  const name = text.trim();
  if (name === '' || name.length > 100) throw new CommandLineError('--name must have 1 to 100 characters.');
  return name;
}

function roleOf(text: string): Role {
  const role = roles.find((one) => one === text.toUpperCase());
  if (!role) throw new CommandLineError(`--role must be viewer, creator or admin, not "${text}".`);
  return role;
}

/** Beyond a tenth and a hundred times a key's turn would be too short for a step, or last half an hour. */
function weightOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const weight = numberOf('weight', text);
  if (!(weight >= 0.1 && weight <= 100))
    throw new CommandLineError(`--weight must be from 0.1 to 100; ${text} is not.`);
  return weight;
}

function limitOf(option: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const limit = numberOf(option, text);
  // Zero would be a key that can do nothing, which is what revoking is for.
  if (!Number.isInteger(limit) || limit < 1 || limit > 2 ** 31 - 1) {
    throw new CommandLineError(`--${option} must be a whole number from 1; ${text} is not.`);
  }
  return limit;
}
