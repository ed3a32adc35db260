import type { ArgsDef, CommandDef } from 'citty';
import { command } from './command.js';
import { type CompletedCommand, scripts } from './completion-scripts.js';
import { CommandLineError } from './exit-codes.js';
import { resolved } from './usage.js';

export const completion = command({
  meta: { name: 'completion', description: 'Print a completion script for a shell: bash, zsh or fish' },
  args: {
    shell: { type: 'positional', description: 'bash, zsh or fish', default: 'bash' },
  },
  async run({ args }) {
    if (!isShell(args.shell)) {
      throw new CommandLineError(`There is no completion for ${args.shell}: bash, zsh and fish have one.`);
    }
    const { reelql } = await import('./commands.js');
    process.stdout.write(scripts[args.shell](await describeCommands(reelql)));
  },
});

function isShell(name: string): name is keyof typeof scripts {
  return Object.hasOwn(scripts, name);
}

/** Every command with its words and options, those of several words (`models import`) too. */
export async function describeCommands(root: CommandDef, path: readonly string[] = []): Promise<CompletedCommand[]> {
  const meta = await resolved(root.meta ?? {});
  const args: ArgsDef = await resolved(root.args ?? {});
  const subCommands = Object.entries(await resolved(root.subCommands ?? {}));
  const children = await Promise.all(
    subCommands.map(async ([name, child]) => describeCommands(await resolved(child), [...path, name])),
  );
  const options = Object.entries(args)
    .filter(([, arg]) => arg.type !== 'positional')
    .map(([name, { description = '', type, valueHint }]) => ({
      name,
      description,
      takesValue: type !== 'boolean',
      takesPath: valueHint === 'path',
    }));
  const words = subCommands.map(([name]) => name);
  return [{ path, description: meta.description ?? '', words, options }, ...children.flat()];
}
