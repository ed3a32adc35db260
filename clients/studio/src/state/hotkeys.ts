import { useHotkeys } from 'react-hotkeys-hook';
import type { MessageKey } from '../i18n/en.js';

export interface Hotkey {
  /** As react-hotkeys-hook writes them; `mod` is Ctrl, or ⌘ on a Mac. Several are separated by commas. */
  readonly keys: string;
  readonly says: MessageKey;
  /** Whether it works while a text is being typed. */
  readonly whileTyping?: boolean;
  /** Where it works, for the sheet; anywhere if left out. */
  readonly where?: 'video' | 'gallery';
}

/** Every hotkey of the page, in the order of the sheet that shows them. Those of the gallery are bound by its grid. */
export const hotkeys = {
  generate: { keys: 'mod+enter', says: 'hotkey.generate', whileTyping: true },
  generateFirst: { keys: 'mod+shift+enter', says: 'hotkey.generateFirst', whileTyping: true },
  prompt: { keys: 'slash', says: 'hotkey.prompt' },
  palette: { keys: 'mod+k', says: 'hotkey.palette', whileTyping: true },
  sheet: { keys: 'shift+slash', says: 'hotkey.sheet' },
  close: { keys: 'escape', says: 'hotkey.close' },
  remix: { keys: 'r', says: 'hotkey.remix', where: 'video' },
  reuse: { keys: 's', says: 'hotkey.reuse', where: 'video' },
  compare: { keys: 'c', says: 'hotkey.compare', where: 'video' },
  star: { keys: 'period', says: 'hotkey.star', where: 'video' },
  delete: { keys: 'delete', says: 'hotkey.delete', where: 'video' },
  play: { keys: 'space', says: 'hotkey.play', where: 'video' },
  previous: { keys: 'left', says: 'hotkey.previous', where: 'video' },
  next: { keys: 'right', says: 'hotkey.next', where: 'video' },
  frameBack: { keys: 'shift+left', says: 'hotkey.frameBack', where: 'video' },
  frameOn: { keys: 'shift+right', says: 'hotkey.frameOn', where: 'video' },
  arrows: { keys: 'left, up, right, down', says: 'hotkey.arrows', where: 'gallery' },
  select: { keys: 'space', says: 'hotkey.select', where: 'gallery' },
  open: { keys: 'enter', says: 'hotkey.open', where: 'gallery' },
} as const satisfies Readonly<Record<string, Hotkey>>;

export type HotkeyName = keyof typeof hotkeys;

/** Binds a hotkey while the component is mounted. Components in front switch off what lies behind them by `enabled`. */
export function useHotkey(name: HotkeyName, run: () => void, enabled = true): void {
  const { keys, whileTyping = false }: Hotkey = hotkeys[name];
  useHotkeys(keys, run, {
    enabled,
    enableOnFormTags: whileTyping,
    enableOnContentEditable: whileTyping,
    preventDefault: true,
    // Space presses the button that has the focus, and Enter follows the link.
    // What has the focus comes first: a menu closes by Esc, and nothing else does.
    ignoreEventWhen: ({ target, defaultPrevented }) =>
      defaultPrevented || (/space|enter/.test(keys) && !whileTyping && isPressable(target)),
  });
}

const isPressable = (target: EventTarget | null) => target instanceof Element && target.closest('button, a') !== null;
