import { styleText } from 'node:util';

type Format = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';
type Style = Readonly<Record<Format, (text: string) => string>>;

/**
 * Colours for one stream: where it is a terminal or FORCE_COLOR asks for them, and never with NO_COLOR. A pipe stays plain, also
 * under CI, where some libraries colour it: a program reads it.
 */
function styleOf(stream: NodeJS.WriteStream): Style {
  const as =
    (format: Format) =>
    (text: string): string =>
      styleText(format, text, { stream });
  return {
    bold: as('bold'),
    dim: as('dim'),
    red: as('red'),
    green: as('green'),
    yellow: as('yellow'),
    cyan: as('cyan'),
  };
}

export const onStdout = styleOf(process.stdout);
export const onStderr = styleOf(process.stderr);
