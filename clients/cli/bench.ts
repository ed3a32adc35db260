import { defineCommand } from 'citty';
import { benchGpu } from './bench-gpu.js';

export const bench = defineCommand({
  meta: { name: 'bench', description: 'Measure what this machine can do' },
  subCommands: { gpu: benchGpu },
});
