/** What a shell completes of one command. */
export interface CompletedCommand {
  /** Its words after the program's name: [] for the program itself. */
  readonly path: readonly string[];
  readonly description: string;
  /** The commands below it. */
  readonly words: readonly string[];
  readonly options: readonly {
    readonly name: string;
    readonly description: string;
    readonly takesValue: boolean;
    readonly takesPath: boolean;
  }[];
}

export const scripts: Readonly<Record<'bash' | 'zsh' | 'fish', (commands: readonly CompletedCommand[]) => string>> = {
  bash,
  zsh,
  fish,
};

function bash(commands: readonly CompletedCommand[]): string {
  const cases = commands.map(({ path, words, options }) => {
    const candidates = [...words, ...options.map(({ name }) => `--${name}`), '--help'].join(' ');
    return `    '${path.join(' ')}') words='${candidates}' ;;`;
  });
  const subCommands = commands.filter(({ path }) => path.length > 0).map(({ path }) => `'${path.join(' ')}'`);
  return `# reelql completion for bash. In ~/.bashrc: source <(reelql completion bash)
_reelql() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path='' word words=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in ${subCommands.join('|')}) path="\${path:+$path }$word" ;; esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  case "\${COMP_WORDS[COMP_CWORD-1]}" in ${pathOptions(commands).join('|')}) words='' ;; esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  # Where nothing of ours fits, file names may.
  [ \${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$current"))
}
complete -o filenames -F _reelql reelql
`;
}

function zsh(commands: readonly CompletedCommand[]): string {
  const cases = commands.map(({ path, words, options }) => {
    const below = words.map((word) => {
      const command = commands.find((one) => one.path.join(' ') === [...path, word].join(' '));
      return `'${word}:${escaped(command?.description ?? '', ':')}'`;
    });
    const flags = options.map(({ name, description, takesValue, takesPath }) => {
      const value = takesValue ? `=:${name}:${takesPath ? '_files' : ' '}` : '';
      return `'--${name}${takesValue ? '=' : ''}[${escaped(description, '[]')}]${value.slice(1)}'`;
    });
    const files = words.length > 0 ? [] : ["'*:file:_files'"];
    const describe = below.length > 0 ? `commands=(${below.join(' ')}); _describe command commands; ` : '';
    return `    '${path.join(' ')}') ${describe}_arguments -S ${[...flags, "'--help[Help]'", ...files].join(' ')} ;;`;
  });
  const subCommands = commands.filter(({ path }) => path.length > 0).map(({ path }) => `'${path.join(' ')}'`);
  return `#compdef reelql
# reelql completion for zsh. In ~/.zshrc, after compinit: source <(reelql completion zsh)
_reelql() {
  local path_so_far='' word
  local -a commands
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "\${path_so_far:+$path_so_far }$word" in ${subCommands.join('|')}) path_so_far="\${path_so_far:+$path_so_far }$word" ;; esac
  done
  case "$path_so_far" in
${cases.join('\n')}
  esac
}
compdef _reelql reelql
`;
}

function fish(commands: readonly CompletedCommand[]): string {
  const lines = commands.flatMap(({ path, words, options }) => {
    const here =
      path.length === 0
        ? '__fish_use_subcommand'
        : [
            ...path.map((word) => `__fish_seen_subcommand_from ${word}`),
            ...(words.length > 0 ? [`not __fish_seen_subcommand_from ${words.join(' ')}`] : []),
          ].join('; and ');
    const below = words.map((word) => {
      const command = commands.find((one) => one.path.join(' ') === [...path, word].join(' '));
      return `complete -c reelql -f -n '${here}' -a ${word} -d '${escaped(command?.description ?? '', '')}'`;
    });
    const flags = options.map(({ name, description, takesValue, takesPath }) => {
      const value = takesValue ? (takesPath ? ' -r -F' : ' -x') : '';
      return `complete -c reelql -n '${here}' -l ${name}${value} -d '${escaped(description, '')}'`;
    });
    return [...below, ...flags];
  });
  return `# reelql completion for fish. Once: reelql completion fish > ~/.config/fish/completions/reelql.fish\n${lines.join('\n')}\n`;
}

function pathOptions(commands: readonly CompletedCommand[]): string[] {
  const names = commands.flatMap(({ options }) => options.filter((one) => one.takesPath).map((one) => `--${one.name}`));
  return [...new Set(names)];
}

/** For a single-quoted word of a shell in which further characters have a meaning. */
function escaped(text: string, special: string): string {
  const quoted = text.replaceAll("'", '’');
  return [...special].reduce((result, character) => result.replaceAll(character, `\\${character}`), quoted);
}
