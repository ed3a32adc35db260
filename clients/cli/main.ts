#!/usr/bin/env node
import { renderUsage, runCommand, runMain } from 'citty';
import { reelql } from './commands.js';
import { exitCodes } from './exit-codes.js';
import { print } from './output.js';
import { reportError } from './report-error.js';

// `… | head` closes the pipe when it has seen enough: no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

const rawArgs = process.argv.slice(2);
const options = rawArgs.slice(0, rawArgs.includes('--') ? rawArgs.indexOf('--') : rawArgs.length);
const asksForHelp = rawArgs.length === 0 || options.some((arg) => arg === '--help' || arg === '-h');
if (asksForHelp) {
  await runMain(reelql, {
    rawArgs: rawArgs.length === 0 ? ['--help'] : rawArgs,
    async showUsage(command, parent) {
      print(await renderUsage(command, parent));
      if (parent === undefined) print(exitCodeTable());
    },
  });
} else if (rawArgs[0] === '--version' || rawArgs[0] === '-v') {
  await runMain(reelql, { rawArgs: ['--version'] });
} else {
  await runCommand(reelql, { rawArgs }).catch((error) => {
    process.exitCode = reportError(error);
  });
}

function exitCodeTable(): string {
  const lines = exitCodes.map(({ exit, means }) => `${String(exit).padStart(5)}  ${means}`);
  return ['', 'EXIT CODES', '', ...lines, ''].join('\n');
}
