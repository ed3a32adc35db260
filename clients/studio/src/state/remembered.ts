export const most = 50;

/** The newest first, none twice. */
export function remembered(prompts: readonly string[], prompt: string): readonly string[] {
  const text = prompt.trim();
  if (text === '') return prompts;
  return [text, ...prompts.filter((other) => other !== text)].slice(0, most);
}
