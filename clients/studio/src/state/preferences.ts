import { type Language, languages, preferredLanguage } from '../i18n/index.js';
import { storedStore, useStore } from './store.js';

export const themes = ['system', 'dark', 'light'] as const;
export type Theme = (typeof themes)[number];

/** Of the gallery's tiles. */
export const tileSizes = ['small', 'medium', 'large'] as const;
export type TileSize = (typeof tileSizes)[number];

export interface Preferences {
  readonly theme: Theme;
  readonly language: Language;
  readonly tileSize: TileSize;
  /** Whether the composer's settings are unfolded. */
  readonly settingsOpen: boolean;
}

function preferencesOf(stored: unknown): Preferences {
  const { theme, language, tileSize, settingsOpen } = (stored ?? {}) as Partial<Record<keyof Preferences, unknown>>;
  return {
    theme: themes.find((known) => known === theme) ?? 'system',
    language: typeof language === 'string' && language in languages ? (language as Language) : preferredLanguage(),
    tileSize: tileSizes.find((known) => known === tileSize) ?? 'medium',
    settingsOpen: settingsOpen === true,
  };
}

export const preferences = storedStore('reelql.preferences', preferencesOf);

export const usePreferences = () => useStore(preferences);

export function prefer(change: Partial<Preferences>): void {
  preferences.set((before) => ({ ...before, ...change }));
}

/** What follows from the preferences outside of React: colours and the language that readers speak. */
export function applyPreferences({ theme, language }: Preferences): void {
  const { dataset } = document.documentElement;
  if (theme === 'system') delete dataset.theme;
  else dataset.theme = theme;
  document.documentElement.lang = language === 'zh' ? 'zh-Hans' : language;
}
