import { readFileSync } from 'node:fs';
import { type CommandDef, defineCommand } from 'citty';
import { packagePath } from '../../src/package-path.js';

/** Each command loads what it needs and no more. */
const subCommands = {
  generate: () => import('./generate.js').then((module) => module.generate),
  list: () => import('./list.js').then((module) => module.list),
  show: () => import('./show.js').then((module) => module.show),
  watch: () => import('./watch.js').then((module) => module.watch),
  cancel: () => import('./cancel.js').then((module) => module.cancel),
  retry: () => import('./retry.js').then((module) => module.retry),
  priority: () => import('./priority.js').then((module) => module.priority),
  delete: () => import('./delete.js').then((module) => module.deleteGeneration),
  estimate: () => import('./estimate.js').then((module) => module.estimate),
  cache: () => import('./cache.js').then((module) => module.cache),
  queue: () => import('./queue.js').then((module) => module.queue),
  devices: () => import('./devices.js').then((module) => module.devices),
  keys: () => import('./keys.js').then((module) => module.keys),
  'webhook-secret': () => import('./webhook-secret.js').then((module) => module.webhookSecret),
  models: () => import('./models.js').then((module) => module.models),
  serve: () => import('./serve.js').then((module) => module.serve),
  kernels: () => import('./kernels.js').then((module) => module.kernels),
  doctor: () => import('./doctor.js').then((module) => module.doctor),
  bench: () => import('./bench.js').then((module) => module.bench),
  completion: () => import('./completion.js').then((module) => module.completion),
} as const;

export const { version } = JSON.parse(readFileSync(packagePath('package.json'), 'utf8')) as { version: string };

export const reelql: CommandDef = defineCommand({
  meta: { name: 'reelql', version, description: 'Self-hosted text-to-video over GraphQL' },
  // The commands differ in their arguments, and citty's type is invariant in them.
  subCommands: subCommands as unknown as Record<string, CommandDef>,
});
