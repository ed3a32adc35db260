import { defineCommand } from 'citty';
import { modelsImport } from './models-import.js';
import { modelsList } from './models-list.js';
import { modelsShow } from './models-show.js';
import { modelsVerify } from './models-verify.js';

export const models = defineCommand({
  meta: { name: 'models', description: 'Import, list, show and verify models' },
  subCommands: { import: modelsImport, list: modelsList, show: modelsShow, verify: modelsVerify },
});
