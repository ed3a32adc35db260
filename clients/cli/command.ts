import { type ArgsDef, type CommandContext, type CommandDef, defineCommand } from 'citty';
import { CommandLineError } from './exit-codes.js';

/** Options of every command that talks to a server. */
export const serverOptions = {
  server: { type: 'string', description: 'Address of the server; one of its own if none runs', valueHint: 'url' },
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
  const near = names.find((name) => name.startsWith(wrong.slice(0, 3)) || wrong.startsWith(name.slice(0, 3)));
  return near ? `; perhaps --${near}` : '';
}

/** @throws CommandLineError for what is no number */
export function numberOf(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value))
    throw new CommandLineError(`--${option} must be a number, not "${text}".`);
  return value;
}
