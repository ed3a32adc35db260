import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import decompress from 'woff2-encoder/decompress';

/**
 * Noto Sans out of npm packages, so that text looks the same on every machine: Latin, Greek, Cyrillic, Vietnamese, Devanagari,
 * Chinese, Japanese kana, Korean, Arabic, Hebrew, Thai, and emoji in outline (those joined of several stand
 * side by side). Other scripts are drawn with what fonts the system has.
 */
const packages = [
  'noto-sans',
  'noto-sans-sc',
  'noto-sans-kr',
  'noto-sans-arabic',
  'noto-sans-hebrew',
  'noto-sans-thai',
  'noto-emoji',
];

/** As the files call themselves; a variable font is named after its thinnest weight. */
export const fontFamilies =
  'Noto Sans, Noto Sans SC Thin, Noto Sans KR Thin, Noto Sans Arabic, Noto Sans Hebrew Thin, Noto Sans Thai, Noto Emoji, sans-serif';

interface Slice {
  readonly name: string;
  readonly path: string;
  readonly ranges: readonly (readonly [first: number, last: number])[];
}

let slices: Promise<readonly Slice[]> | undefined;
let folder: string | undefined;
const known = new Map<string, Promise<void>>();

/**
 * Makes the fonts that a text needs known to the text renderer of this process. The packages hold them in slices of some hundred
 * characters, compressed as WOFF2, which the renderer cannot read: only the slices needed are unpacked (3 to 30 ms each).
 */
export async function prepareFonts(text: string): Promise<void> {
  slices ??= allSlices();
  const needed = new Set<Slice>();
  const all = await slices;
  for (const character of new Set(text)) {
    const code = character.codePointAt(0) as number;
    // All that name the character: an eighth of what the indices promise is not in the files, so the first might lack it.
    for (const slice of all.filter(({ ranges }) => ranges.some(([first, last]) => code >= first && code <= last))) {
      needed.add(slice);
    }
  }
  for (const slice of needed) {
    const preparing = known.get(slice.name) ?? makeKnown(slice);
    known.set(slice.name, preparing);
    await preparing.catch((error: unknown) => {
      // A full disk has space again some time.
      known.delete(slice.name);
      throw error;
    });
  }
}

async function makeKnown({ name, path }: Slice): Promise<void> {
  folder ??= temporaryFolder();
  const fontfile = join(folder, `${name}.ttf`);
  await writeFile(fontfile, await decompress(await readFile(path)));
  // The renderer keeps a font file for good once it has drawn anything with it, and reads it when it needs it.
  await sharp({ text: { text: '.', font: fontFamilies, fontfile } }).toBuffer();
}

function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'reelql-fonts-'));
  process.once('exit', () => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function allSlices(): Promise<Slice[]> {
  const { resolve } = createRequire(import.meta.url);
  const perPackage = packages.map(async (name) => {
    const index = resolve(`@fontsource-variable/${name}/unicode.json`);
    const ranges = JSON.parse(await readFile(index, 'utf8')) as Record<string, string>;
    return Object.entries(ranges).map(([subset, list]): Slice => {
      const slice = `${name}-${subset.replace(/[[\]]/g, '')}`;
      return { name: slice, path: join(dirname(index), 'files', `${slice}-wght-normal.woff2`), ranges: parse(list) };
    });
  });
  return (await Promise.all(perPackage)).flat();
}

/** `U+102-103,U+110` as CSS writes it. */
function parse(list: string): [first: number, last: number][] {
  return list.split(',').map((range) => {
    const [first = '', last = first] = range.trim().slice(2).split('-');
    return [Number.parseInt(first, 16), Number.parseInt(last, 16)];
  });
}
