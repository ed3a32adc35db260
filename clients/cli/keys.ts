import { defineCommand } from 'citty';
import { keysCreate } from './keys-create.js';
import { keysList } from './keys-list.js';
import { keysRevoke } from './keys-revoke.js';

export const keys = defineCommand({
  meta: { name: 'keys', description: 'Create, list and revoke API keys, with a server running or not' },
  subCommands: { create: keysCreate, list: keysList, revoke: keysRevoke },
});
