import type { Language } from '../../i18n/index.js';

const most = 3;
const chinese = /\p{Script=Han}/u;

/** Of a model's prompts those in the reader's language, as far as there are any. */
export function examplesFor(prompts: readonly string[], language: Language): readonly string[] {
  const own = prompts.filter((prompt) => chinese.test(prompt) === (language === 'zh'));
  return (own.length > 0 ? own : prompts).slice(0, most);
}
