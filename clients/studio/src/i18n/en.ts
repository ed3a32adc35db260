/** Every sentence of the page. `{name}` is filled in; words that depend on a number are chosen with `count` (one | other). */
export const en = {
  'app.title': 'ReelQL',
  'app.tagline': 'Text to video, live',
  'composer.prompt': 'What should the video show?',
  'composer.placeholder': 'Describe a scene …',
  'composer.generate': 'Generate',
  'composer.try': 'Try one of these',
  'gallery.title': 'Your videos',
  'gallery.empty': 'Nothing here yet. Your first video takes a few seconds.',
  'tile.cancel': 'Cancel',
  'tile.step': 'step {step} of {total}',
  'tile.secondsLeft': { one: '{count} second left', other: '{count} seconds left' },
} as const;

export type Message = string | { readonly one: string; readonly other: string };
export type MessageKey = keyof typeof en;
