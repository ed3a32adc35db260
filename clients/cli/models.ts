import { defineCommand } from 'citty';
import { modelsImport } from './models-import.js';
import { modelsList } from './models-list.js';
import { modelsVerify } from './models-verify.js';

export const models = defineCommand({
  meta: { name: 'models', description: 'Import, list and verify models' },
  subCommands: { import: modelsImport, list: modelsList, verify: modelsVerify },
});
