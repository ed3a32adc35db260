import { z } from 'zod';
import { cleanPrompt } from '../tokenizer/text-cleaning.js';
import { loadTokenizer } from '../tokenizer/tokenizer.js';
import { compare, exact, type VerifyRow } from './compare.js';
import type { Reference } from './reference.js';
import { lengths } from './text-encoder-cases.js';

const ids = z.array(z.number());
const promptsSchema = z.object({
  prompts_for_text_encoder: z.array(z.string()),
  texts: z.array(
    z.object({
      raw: z.string(),
      cleaned_with_ftfy: z.string(),
      ids,
      ids_of_raw: ids,
      umt5_like_ids: ids.optional(),
      umt5_like_ids_of_raw: ids.optional(),
    }),
  ),
});

const untruncated = 1 << 20;

/** Cleaning and tokenising, every text of prompts.json: exact. */
export async function* tokenCases(reference: Reference, tokenizerFile: string): AsyncGenerator<VerifyRow> {
  if (!(await reference.has('prompts.json'))) return;
  const prompts = promptsSchema.parse(await reference.json('prompts.json'));
  yield compare(
    'tokens/cleaned text',
    ...flat(prompts.texts.map((t) => [codes(cleanPrompt(t.raw)), codes(t.cleaned_with_ftfy)])),
    exact,
  );

  const tokenizer = loadTokenizer(tokenizerFile, untruncated);
  const pairs = async (encode: typeof tokenizer, wanted: 'ids' | 'umt5_like_ids') => {
    const cleaned: [number[], number[]][] = [];
    const raw: [number[], number[]][] = [];
    for (const text of prompts.texts) {
      cleaned.push([await encode.encode(cleanPrompt(text.raw)), text[wanted] ?? []]);
      raw.push([await encode.encode(text.raw), text[`${wanted}_of_raw`] ?? []]);
    }
    return { cleaned, raw };
  };
  const own = await pairs(tokenizer, 'ids');
  yield compare('tokens/cleaned', ...flat(own.cleaned), exact);
  yield compare('tokens/raw', ...flat(own.raw), exact);

  const umt5Like = await reference.beside('tokenizer-umt5-like', 'tokenizer.json');
  if (umt5Like) {
    const other = await pairs(loadTokenizer(umt5Like, untruncated), 'umt5_like_ids');
    yield compare('tokens/umt5-like cleaned', ...flat(other.cleaned), exact);
    yield compare('tokens/umt5-like raw', ...flat(other.raw), exact);
  }

  if (!(await reference.has('text_encoder.safetensors'))) return;
  const encoder = await reference.tensors('text_encoder.safetensors');
  for (const length of lengths(encoder)) {
    const truncating = loadTokenizer(tokenizerFile, length);
    const rows = prompts.prompts_for_text_encoder.map(async (text): Promise<number[]> => {
      const row = await truncating.encode(cleanPrompt(text));
      return [...row, ...Array<number>(length - row.length).fill(0)];
    });
    yield compare(
      `tokens/${length} padded`,
      (await Promise.all(rows)).flat(),
      encoder.numbers(`input_ids_${length}`),
      exact,
    );
  }
}

/** Lists one after another, each behind its length, so that no shift of one hides in the next. */
function flat(pairs: readonly (readonly number[])[][]): [number[], number[]] {
  const join = (side: 0 | 1) => pairs.flatMap((pair) => [pair[side]?.length ?? 0, ...(pair[side] ?? [])]);
  return [join(0), join(1)];
}

function codes(text: string): number[] {
  return [...text].map((character) => character.codePointAt(0) as number);
}
