import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { cleanPrompt } from '../../inference/tokenizer/text-cleaning.js';
import { loadTokenizer } from '../../inference/tokenizer/tokenizer.js';

const set = fileURLToPath(new URL('../fixtures/wan-micro-set/', import.meta.url));

interface Reference {
  prompts_for_text_encoder: string[];
  lengths_512: number[];
  lengths_64: number[];
  texts: {
    raw: string;
    ids: number[];
    ids_of_raw: number[];
    umt5_like_ids: number[];
    umt5_like_ids_of_raw: number[];
  }[];
}
const reference: Reference = JSON.parse(await readFile(`${set}ref/prompts.json`, 'utf8'));
const untruncated = 1 << 20;

describe('the tokenizer', () => {
  it.each([
    ['of the micro model', 'wan-micro/tokenizer/tokenizer.json', 'ids', 'ids_of_raw'],
    ['shaped like umt5', 'tokenizer-umt5-like/tokenizer.json', 'umt5_like_ids', 'umt5_like_ids_of_raw'],
  ] as const)('%s gives the reference ids of every text, cleaned and raw', async (_name, file, cleaned, raw) => {
    const tokenizer = loadTokenizer(set + file, untruncated);
    expect(reference.texts).toHaveLength(22);
    for (const text of reference.texts) {
      expect(await tokenizer.encode(cleanPrompt(text.raw))).toEqual(text[cleaned]);
      expect(await tokenizer.encode(text.raw)).toEqual(text[raw]);
    }
  });

  it.each([
    [512, 'lengths_512'],
    [64, 'lengths_64'],
  ] as const)('truncates to %d ids and keeps the end token last', async (limit, lengths) => {
    const tokenizer = loadTokenizer(`${set}wan-micro/tokenizer/tokenizer.json`, limit);
    const ids = await Promise.all(
      reference.prompts_for_text_encoder.map((text) => tokenizer.encode(cleanPrompt(text))),
    );
    expect(ids.map((row) => row.length)).toEqual(reference[lengths]);
    expect(ids.map((row) => row.at(-1))).toEqual([1, 1, 1, 1]);
  });

  it('counts what truncation would hide', async () => {
    const tokenizer = loadTokenizer(`${set}wan-micro/tokenizer/tokenizer.json`, 8);
    expect(await tokenizer.count('a red fox runs across a snowy field')).toBeGreaterThan(8);
  });

  it('refuses a file that is not a tokenizer', () => {
    expect(() => loadTokenizer(`${set}ref/prompts.json`)).toThrow();
  });
});
