import type { ArgDef, ArgsDef, CommandDef, Resolvable } from 'citty';
import { exitCodes } from './exit-codes.js';
import { cells } from './output.js';
import { onStdout } from './style.js';

/**
 * The help of a command: how to call it, its words, its options, the commands below it.
 * @param path the words that lead to it, the program's name first
 */
export async function usageOf(command: CommandDef, path: readonly string[]): Promise<string> {
  const { description = '' } = await resolved(command.meta ?? {});
  const args = Object.entries(await resolved<ArgsDef>(command.args ?? {}));
  const words = args.filter(([, arg]) => arg.type === 'positional');
  const options = args.filter(([, arg]) => arg.type !== 'positional');
  const subCommands = await Promise.all(
    Object.entries(await resolved(command.subCommands ?? {})).map(async ([name, child]) => {
      const meta = await resolved((await resolved(child)).meta ?? {});
      return [name, meta.description ?? ''] as const;
    }),
  );
  const calls = [
    ...path,
    ...(subCommands.length > 0 ? ['COMMAND'] : []),
    ...words.map(([name, arg]) => (isOptional(arg) ? `[${name.toUpperCase()}]` : name.toUpperCase())),
    ...(options.length > 0 ? ['[OPTIONS]'] : []),
  ];
  const sections = [
    table('Commands', subCommands),
    table(
      'Arguments',
      words.map(([name, arg]) => [name.toUpperCase(), describe(arg)]),
    ),
    table(
      'Options',
      options.map(([name, arg]) => [optionOf(name, arg), describe(arg)]),
    ),
    ...(path.length === 1
      ? [
          table(
            'Exit codes',
            exitCodes.map(({ exit, means }) => [String(exit), means]),
          ),
        ]
      : []),
    ...(subCommands.length > 0 ? [`${[...path, 'COMMAND', '--help'].join(' ')} says more.`] : []),
  ];
  return [description, `${onStdout.bold('Usage')}  ${calls.join(' ')}`, ...sections.filter(Boolean)].join('\n\n');
}

function isOptional(arg: ArgDef): boolean {
  return arg.required === false || arg.default !== undefined;
}

function optionOf(name: string, arg: ArgDef): string {
  if (arg.type === 'boolean') return arg.default === true ? `--no-${name}` : `--${name}`;
  return `--${name} ${arg.valueHint ?? 'text'}`;
}

function describe(arg: ArgDef): string {
  if (arg.type === 'boolean' && arg.default === true && arg.negativeDescription) return arg.negativeDescription;
  const fallback = typeof arg.default === 'string' ? ` (${arg.default})` : '';
  return `${arg.description ?? ''}${arg.required && arg.type !== 'positional' ? ' (required)' : ''}${fallback}`;
}

function table(title: string, rows: readonly (readonly [string, string])[]): string {
  if (rows.length === 0) return '';
  const width = Math.max(...rows.map(([name]) => cells(name)));
  return [onStdout.bold(title), ...rows.map(([name, text]) => `  ${onStdout.cyan(name.padEnd(width))}  ${text}`)].join(
    '\n',
  );
}

export async function resolved<T>(value: Resolvable<T>): Promise<T> {
  return typeof value === 'function' ? await (value as () => T | Promise<T>)() : await value;
}

/** The command that the words lead to, as far as they do, and those words. */
export async function commandAt(root: CommandDef, rawArgs: readonly string[]): Promise<[CommandDef, string[]]> {
  let command = root;
  const path: string[] = [];
  for (const word of rawArgs) {
    const child = (await resolved(command.subCommands ?? {}))[word];
    if (!child) break;
    command = await resolved(child);
    path.push(word);
  }
  return [command, path];
}
