/** Whether a program reads standard output, or a person asked for what programs read. */
export function wantsJson(args: { readonly json?: boolean | undefined }): boolean {
  return args.json ?? !process.stdout.isTTY;
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Cut to the terminal's width: a line that wraps ruins a table. Counts wide (East Asian) characters as two cells. */
export function fitted(line: string, width = process.stdout.columns ?? Number.POSITIVE_INFINITY): string {
  if (cells(line) <= width) return line;
  let kept = '';
  let used = 1;
  for (const character of line) {
    used += cells(character);
    if (used > width) break;
    kept += character;
  }
  return `${kept}…`;
}

const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

export function cells(text: string): number {
  let count = 0;
  for (const character of text) count += wide.test(character) ? 2 : 1;
  return count;
}

export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = count < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(count) / 3));
  const value = count / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}
