#!/usr/bin/env node
import { runCommand } from 'citty';
import { reelql, version } from './commands.js';
import { print } from './output.js';
import { reportError } from './report-error.js';
import { commandAt, usageOf } from './usage.js';

// `… | head` closes the pipe when it has seen enough: no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

const rawArgs = process.argv.slice(2);
const ours = rawArgs.includes('--') ? rawArgs.slice(0, rawArgs.indexOf('--')) : rawArgs;
if (rawArgs.length === 0 || ours.includes('--help') || ours.includes('-h')) {
  const [command, path] = await commandAt(reelql, ours);
  print(await usageOf(command, ['reelql', ...path]));
} else if (rawArgs[0] === '--version' || rawArgs[0] === '-v') {
  print(version);
} else {
  await runCommand(reelql, { rawArgs }).catch((error) => {
    process.exitCode = reportError(error);
  });
}
