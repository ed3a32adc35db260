import type { en } from './en.js';
import type { MessagesOf } from './index.js';
import { composer } from './zh/composer.js';
import { detail } from './zh/detail.js';
import { gallery } from './zh/gallery.js';
import { shell } from './zh/shell.js';
import { tools } from './zh/tools.js';

export const zh: MessagesOf<typeof en> = { ...shell, ...composer, ...gallery, ...detail, ...tools };
