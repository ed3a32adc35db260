/** How a terminal shows pictures, if it does. */
export type PictureProtocol = 'kitty' | 'iterm2' | 'sixel';

/** XTVERSION (what are you?), then DA1 (what can you do?), which every terminal answers: when it has, no more will come. */
const questions = '\x1b[>0q\x1b[c';
const lastAnswer = /\x1b\[\?([\d;]*)c/;
const patienceMs = 500;

/**
 * Asks the terminal itself. Environment variables lie: they pass through ssh, tmux and terminals started from terminals. The
 * questions are control sequences that a terminal which does not know them swallows, so nothing is ever printed by mistake.
 * Null also where nobody answers in time, or where input or output is no terminal.
 */
export async function pictureProtocol(
  input: NodeJS.ReadStream = process.stdin,
  output: NodeJS.WriteStream = process.stderr,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<PictureProtocol | null> {
  const term = environment.TERM ?? '';
  if (!input.isTTY || !output.isTTY || term === '' || term === 'dumb' || term === 'linux') return null;
  return protocolOf(await ask(input, output));
}

/** @param answers what came back on the terminal's input */
export function protocolOf(answers: string): PictureProtocol | null {
  const name = /\x1bP>\|([^\x1b]*)/.exec(answers)?.[1] ?? '';
  if (/^(kitty|ghostty)/i.test(name)) return 'kitty';
  if (/^(iTerm2|WezTerm)/i.test(name)) return 'iterm2';
  const abilities = lastAnswer.exec(answers)?.[1]?.split(';') ?? [];
  // The first number is the terminal's level; 4 among the others means sixel graphics.
  return abilities.slice(1).includes('4') ? 'sixel' : null;
}

async function ask(input: NodeJS.ReadStream, output: NodeJS.WriteStream): Promise<string> {
  const wasRaw = input.isRaw;
  // Else the terminal would echo its own answers, and give them out only after a line feed.
  input.setRawMode(true);
  try {
    return await new Promise<string>((resolve) => {
      let answers = '';
      const done = () => {
        clearTimeout(timer);
        input.off('data', read);
        resolve(answers);
      };
      const timer = setTimeout(done, patienceMs);
      const read = (data: Buffer) => {
        answers += data.toString('latin1');
        // In raw mode Ctrl-C is a character like any other.
        if (answers.includes('\x03')) process.kill(process.pid, 'SIGINT');
        if (lastAnswer.test(answers) || answers.includes('\x03')) done();
      };
      input.on('data', read);
      output.write(questions);
    });
  } finally {
    input.setRawMode(wasRaw);
    input.pause();
  }
}
