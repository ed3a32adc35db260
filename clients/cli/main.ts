#!/usr/bin/env node
import { defineCommand, runCommand, runMain } from 'citty';
import { reportError } from './report-error.js';

/** Each command loads what it needs and no more, so that `--help` is instant. */
const main = defineCommand({
  meta: { name: 'reelql', version: '0.1.0', description: 'Self-hosted text-to-video over GraphQL' },
  subCommands: {
    serve: () => import('./serve.js').then((module) => module.serve),
    generate: () => import('./generate.js').then((module) => module.generate),
    models: () => import('./models.js').then((module) => module.models),
    doctor: () => import('./doctor.js').then((module) => module.doctor),
  },
});

// `… | head` closes the pipe when it has seen enough: no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

const rawArgs = process.argv.slice(2);
const asksForHelp = rawArgs.length === 0 || rawArgs.some((arg) => ['--help', '-h', '--version', '-v'].includes(arg));
if (asksForHelp) {
  await runMain(main, { rawArgs: rawArgs.length === 0 ? ['--help'] : rawArgs });
} else {
  await runCommand(main, { rawArgs }).catch((error) => {
    process.exitCode = reportError(error);
  });
}
