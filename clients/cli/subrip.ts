import type { SubtitleInput } from '../sdk/src/index.js';
import { CommandLineError } from './exit-codes.js';

const times = /(\d+):(\d{2}):(\d{2})[,.](\d{1,3})\s*-->\s*(\d+):(\d{2}):(\d{2})[,.](\d{1,3})/;

/**
 * The lines of a SubRip file: blocks of a number, the times and the text, with an empty line between them. Formatting such as
 * <i> is left out.
 * @throws CommandLineError naming the block that is none
 */
export function parseSubRip(file: string): SubtitleInput[] {
  const blocks = file
    .replace(/^\ufeff/, '')
    .replace(/\r\n?/g, '\n')
    .split(/\n{2,}/);
  return blocks.filter((block) => block.trim() !== '').map(subtitleOf);
}

function subtitleOf(block: string): SubtitleInput {
  const lines = block.trim().split('\n');
  const at = lines.findIndex((line) => times.test(line));
  const match = times.exec(lines[at] ?? '');
  if (!match || at > 1) throw new CommandLineError(`This is no subtitle in the form of SubRip: ${lines.join(' / ')}`);
  const [start, end] = [match.slice(1, 5), match.slice(5, 9)].map(seconds) as [number, number];
  const text = lines
    .slice(at + 1)
    .join('\n')
    .replace(/<[^>]*>/g, '')
    .trim();
  return { startSeconds: start, endSeconds: end, text };
}

function seconds([hours, minutes, whole, fraction]: readonly string[]): number {
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(`${whole}.${fraction}`);
}
