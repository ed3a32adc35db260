import { composer } from './en/composer.js';
import { detail } from './en/detail.js';
import { gallery } from './en/gallery.js';
import { shell } from './en/shell.js';
import { tools } from './en/tools.js';

/** Every sentence of the page. `{name}` is filled in; words that depend on a number are chosen with `count` (one | other). */
export const en = { ...shell, ...composer, ...gallery, ...detail, ...tools } as const;

export type MessageKey = keyof typeof en;
