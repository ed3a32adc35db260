import { createContext, type ReactNode, use } from 'react';
import { en, type MessageKey } from './en.js';
import { zh } from './zh.js';

export const languages = { en: 'English', zh: '中文' } as const;
export type Language = keyof typeof languages;

export type Message = string | { readonly one: string; readonly other: string };

/** The sentences of a file in another language: complete by type. */
export type MessagesOf<Messages> = Readonly<Record<keyof Messages, Message>>;

const messages: Readonly<Record<Language, MessagesOf<typeof en>>> = { en, zh };

export type Fill = Readonly<Record<string, string | number>>;
export type Translate = (key: MessageKey, fill?: Fill) => string;

/** The browser's first language that we speak. */
export function preferredLanguage(wanted: readonly string[] = navigator.languages): Language {
  const known = wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => tag in messages);
  return (known as Language | undefined) ?? 'en';
}

export function translator(language: Language): Translate {
  const plural = new Intl.PluralRules(language);
  const number = new Intl.NumberFormat(language);
  return (key, fill = {}) => {
    const message = messages[language][key];
    const one = typeof message !== 'string' && plural.select(Number(fill.count)) === 'one';
    const text = typeof message === 'string' ? message : one ? message.one : message.other;
    return text.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = fill[name];
      return typeof value === 'number' ? number.format(value) : (value ?? '');
    });
  };
}

const translators: Readonly<Record<Language, Translate>> = { en: translator('en'), zh: translator('zh') };

const Speech = createContext<Language>('en');

export function LanguageProvider({ language, children }: { language: Language; children: ReactNode }) {
  return <Speech value={language}>{children}</Speech>;
}

/** For numbers and dates, which Intl writes. */
export function useLanguage(): Language {
  return use(Speech);
}

export function useTranslate(): Translate {
  return translators[use(Speech)];
}
