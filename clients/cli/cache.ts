import { defineCommand } from 'citty';
import { cacheWarm } from './cache-warm.js';

export const cache = defineCommand({
  meta: { name: 'cache', description: 'Fill the cache of results' },
  subCommands: { warm: cacheWarm },
});
