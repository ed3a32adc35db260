import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { reelql } from '../../clients/cli/commands.js';
import { describeCommands } from '../../clients/cli/completion.js';
import { scripts } from '../../clients/cli/completion-scripts.js';

const commands = await describeCommands(reelql);
const isThere = (shell: string) => spawnSync(shell, ['--version']).status === 0;

describe('completion', () => {
  const script = scripts.bash(commands);

  /** What bash offers after these words, the last of which is being typed. */
  function offered(...words: string[]): string[] {
    const line = `COMP_WORDS=(reelql ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; cd /; _reelql; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const options = { encoding: 'utf8', input: `${script}\n${line}\n` } as const;
    return execFileSync('bash', ['--norc'], options).split('\n').filter(Boolean);
  }

  it('offers commands, commands below commands, and options', () => {
    expect(offered('ge')).toEqual(['generate']);
    expect(offered('')).toEqual(expect.arrayContaining(['serve', 'watch', 'completion', '--help']));
    expect(offered('models', '')).toEqual(['import', 'list', 'show', 'verify', '--help']);
    expect(offered('models', 'import', '--dt')).toEqual(['--dtype']);
    expect(offered('generate', 'a car', '--st')).toEqual(['--steps']);
    expect(offered('generate', '--see')).toEqual(['--seed']);
  });

  it('offers files where a path belongs', () => expect(offered('generate', '--out', '/et')).toEqual(['/etc']));

  it('knows every command that there is, in each shell', () => {
    const names = commands.map(({ path }) => path.at(-1)).filter((name) => name !== undefined);
    expect(names).toEqual(expect.arrayContaining(['generate', 'list', 'warm', 'import', 'doctor']));
    for (const shell of [scripts.bash, scripts.zsh, scripts.fish]) {
      for (const name of names) expect(shell(commands)).toContain(name);
    }
  });

  it.runIf(isThere('fish'))('works in fish', () => {
    const offered = (line: string) => {
      const script = `${scripts.fish(commands)}\ncomplete -C '${line}'\n`;
      const lines = execFileSync('fish', ['--no-config', '-c', script], { encoding: 'utf8' })
        .split('\n')
        .filter(Boolean);
      return lines.map((text) => text.split('\t')[0]);
    };
    expect(offered('reelql ge')).toEqual(['generate']);
    expect(offered('reelql models ')).toEqual(['import', 'list', 'show', 'verify']);
    expect(offered('reelql generate --see')).toEqual(['--seed']);
    expect(offered('reelql generate x --out /et')).toEqual(['/etc/']);
  });

  it.runIf(isThere('zsh'))('is understood by zsh', () => {
    const { status, stderr } = spawnSync('zsh', ['-n'], { encoding: 'utf8', input: scripts.zsh(commands) });
    expect([status, stderr]).toEqual([0, '']);
  });
});
