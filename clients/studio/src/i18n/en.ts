import { composer } from './en/composer.js';
import { gallery } from './en/gallery.js';
import { shell } from './en/shell.js';

/** Every sentence of the page. `{name}` is filled in; words that depend on a number are chosen with `count` (one | other). */
export const en = { ...shell, ...composer, ...gallery } as const;

export type MessageKey = keyof typeof en;
