import { readFileSync } from 'node:fs';

/** A fenced block of a page. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** Where it begins: `docs/api.md:12`. */
  readonly place: string;
}

export function blocksOf(path: string): Block[] {
  const page = readFileSync(path, 'utf8');
  return [...page.matchAll(/^```(\S+).*\n([\s\S]*?)^```$/gm)].map(({ 1: language = '', 2: text = '', index }) => ({
    language,
    text,
    place: `${path}:${page.slice(0, index).split('\n').length}`,
  }));
}
