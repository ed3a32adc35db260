import { useHotkeys } from 'react-hotkeys-hook';
import type { MessageKey } from '../i18n/en.js';

export interface Hotkey {
  /** As react-hotkeys-hook writes them; `mod` is Ctrl, or ⌘ on a Mac. Several are separated by commas. */
  readonly keys: string;
  readonly says: MessageKey;
  /** Whether it works while a text is being typed. */
  readonly whileTyping?: boolean;
}

/** Every hotkey of the page, in the order of the sheet that shows them. */
export const hotkeys = {
  generate: { keys: 'mod+enter', says: 'hotkey.generate', whileTyping: true },
  generateFirst: { keys: 'mod+shift+enter', says: 'hotkey.generateFirst', whileTyping: true },
  prompt: { keys: 'slash', says: 'hotkey.prompt' },
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
  });
}
