import { type ArgsDef, type CommandContext, type CommandDef, defineCommand } from 'citty';
import { CommandLineError } from './exit-codes.js';

/** Options of every command that talks to a server. */
export const serverOptions = {
  server: {
    type: 'string',
    description: 'Address of the server; REELQL_SERVER if left out, else the one that runs here, else one of its own',
    valueHint: 'url',
  },
  'api-key': { type: 'string', description: 'API key; REELQL_API_KEY if left out', valueHint: 'key' },
} as const satisfies ArgsDef;

export const jsonOption = {
  json: { type: 'boolean', description: 'JSON lines, as in a pipe' },
} as const satisfies ArgsDef;

/** For commands that work on the data folder itself. */
export const dataOption = {
  'data-dir': {
    type: 'string',
    description: 'Folder of the server; REELQL_DATA_DIR or var if left out',
    valueHint: 'dir',
  },
} as const satisfies ArgsDef;

/** citty's defineCommand, which takes no option and no word that it does not know: a typing error must not make another video. */
export function command<Args extends ArgsDef>(definition: CommandDef<Args>): CommandDef<Args> {
  return defineCommand({ ...definition, setup: (context) => refuseUnknown(context, definition.args as ArgsDef) });
}

function refuseUnknown<Args extends ArgsDef>({ args }: CommandContext<Args>, defined: ArgsDef = {}): void {
  const names = Object.keys(defined);
  const aliases = Object.values(defined).flatMap((arg) => ('alias' in arg && arg.alias ? arg.alias : []));
  const known = new Set(['_', ...names, ...aliases, ...names.map(camelCase)]);
  const unknown = Object.keys(args).find((name) => !known.has(name));
  if (unknown !== undefined)
    throw new CommandLineError(`There is no option --${unknown}${suggestion(unknown, names)}.`);
  const words = Object.values(defined).filter((arg) => arg.type === 'positional').length;
  const surplus = args._.slice(words);
  if (surplus.length > 0) {
    throw new CommandLineError(`“${surplus.join(' ')}” is too much: put quotes around what has spaces.`);
  }
}

function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function suggestion(wrong: string, names: readonly string[]): string {
  const near = names.find((name) => editDistance(wrong, name) <= 2);
  return near ? `; perhaps --${near}` : '';
}

/** Letters to insert, remove or replace (Levenshtein). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const replaced = (row[j] as number) + (letter === to[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] as number) + 1, (next[j] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}

/** @throws CommandLineError for what is no number */
export function numberOf(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value))
    throw new CommandLineError(`--${option} must be a number, not "${text}".`);
  return value;
}
