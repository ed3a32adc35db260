import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { cleanPrompt } from '../../inference/tokenizer/text-cleaning.js';

const url = new URL('../fixtures/wan-micro-set/ref/prompts.json', import.meta.url);
const { texts }: { texts: { raw: string; cleaned_with_ftfy: string }[] } = JSON.parse(await readFile(url, 'utf8'));

describe('prompt cleaning', () => {
  it.each(texts.map((text, i) => [i, text.raw.slice(0, 40), text] as const))(
    'agrees with the reference on text %d: %j',
    (_i, _start, text) => {
      expect(cleanPrompt(text.raw)).toBe(text.cleaned_with_ftfy);
    },
  );

  // Expected values: ftfy 6.3.1, html.unescape twice, whitespace; Python 3.11.
  it.each([
    ['doubly misread: cafÃƒÂ©', 'doubly misread: café'],
    ['misread emoji ðŸ¦Š fox', 'misread emoji 🦊 fox'],
    ['misread Chinese ä¸­æ–‡', 'misread Chinese 中文'],
    ['escaped &eacute; beside misread cafÃ©', 'escaped é beside misread café'],
    ['misread ÐŸÑ€Ð¸Ð²ÐµÑ‚', 'misread Привет'],
    ['a temperature of 20 Â°C', 'a temperature of 20 °C'],
    ['CAFÉ… and “NAÏVE”', 'CAFÉ… and "NAÏVE"'],
    ['São Paulo, Ångström, façade', 'São Paulo, Ångström, façade'],
    ['half-width ｶﾀｶﾅ and ﾊﾟ', 'half-width カタカナ and パ'],
    ['tag <b> keeps &amp;lt; once', 'tag <b> keeps < once'],
    ['smart\u0093 quotes\u0094', 'smart" quotes"'],
    ['lone surrogate \ud83d here', 'lone surrogate \ufffd here'],
    ['Ĳssel and ǆ', 'IJssel and dž'],
    ['\ufeffbyte order mark', 'byte order mark'],
    ['&copy 2024 and &notit;', '© 2024 and ¬it;'],
    ['a\u001cb\u0085c', 'ab…c'],
    ['', ''],
    [' \n\t ', ''],
  ])('%j → %j', (raw, expected) => {
    expect(cleanPrompt(raw)).toBe(expected);
  });

  it('is idempotent on the reference texts', () => {
    for (const text of texts) expect(cleanPrompt(text.cleaned_with_ftfy)).toBe(text.cleaned_with_ftfy);
  });
});
