import { createRequire } from 'node:module';
import type { Tokenizer as NativeTokenizer } from 'tokenizers';

// The package is CommonJS and loads a native binary, which must happen once a process whatever loader asks.
const { Tokenizer }: typeof import('tokenizers') = createRequire(import.meta.url)('tokenizers');

export interface PromptTokenizer {
  /** Ids of a cleaned prompt, the end token last, no padding; at most `maxTokens` of them. */
  encode(text: string): Promise<number[]>;
  /** How many ids the text has without truncation, the end token included. */
  count(text: string): Promise<number>;
}

/** What the reference pipeline pads to and truncates at. */
export const defaultMaxTokens = 512;

/**
 * Opens a Hugging Face tokenizer.json (Unigram, its normaliser and template included). The text must be cleaned before
 * (`cleanPrompt`). Truncation keeps the template's end token as the last id, as T5's tokenizer does.
 * @throws Error if the file is missing or is not a tokenizer.
 */
export function loadTokenizer(path: string, maxTokens = defaultMaxTokens): PromptTokenizer {
  const native: NativeTokenizer = Tokenizer.fromFile(path);
  native.disablePadding();
  native.disableTruncation();
  const ids = async (text: string) => (await native.encode(text)).getIds();
  return {
    async encode(text) {
      const all = await ids(text);
      const end = all.at(-1);
      if (all.length <= maxTokens || end === undefined) return all;
      return [...all.slice(0, maxTokens - 1), end];
    },
    async count(text) {
      return (await ids(text)).length;
    },
  };
}
