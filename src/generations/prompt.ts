import type { ModelInfo } from './catalog.js';
import type { InputIssue } from './issue.js';

/** Where nobody counts tokens, and so that nobody has to count a megabyte of them: the longest words are rarely 8 a token. */
const charactersPerToken = 8;

/** Checks a prompt or a negative prompt. Either may be empty: without a prompt the model shows what it likes. */
export async function promptIssues(
  field: 'prompt' | 'negativePrompt',
  text: string,
  { limits, countTokens }: Pick<ModelInfo, 'limits' | 'countTokens'>,
): Promise<InputIssue[]> {
  const maxCharacters = limits.maxPromptTokens * charactersPerToken;
  if (text.length > maxCharacters) {
    return [tooLong(field, `it has ${text.length} characters, and ${maxCharacters} are allowed`)];
  }
  const tokens = (await countTokens?.(text)) ?? 0;
  if (tokens > limits.maxPromptTokens) {
    return [tooLong(field, `it has ${tokens} tokens, and the model reads ${limits.maxPromptTokens}`)];
  }
  return [];
}

function tooLong(field: string, reason: string): InputIssue {
  return { path: [field], code: 'TOO_LONG', message: `The ${field} is too long: ${reason}.` };
}
