import { ModelError } from '../../inference/bundle/model-error.js';
import { exitCodes, ReelError } from '../../src/errors.js';
import { GenerationError } from './run-generation.js';
import { onStderr } from './style.js';

/**
 * Tells the person at the terminal what went wrong and returns the exit code: 1 a failure, 2 a wrong command line, 130 after Ctrl-C, 64 and up as in
 * sysexits.h. What nobody foresaw, which is a mistake of ours, comes with its stack.
 */
export function reportError(error: unknown): number {
  if (!(error instanceof Error)) return print(String(error), 1);
  if (error instanceof GenerationError) return print(error.message, error.exitCode);
  if (error instanceof ReelError) return print(error.message, exitCodes[error.code]);
  if (error.name === 'CLIError') return print(`${error.message}\nSee: npx reelql --help`, 2);
  if (error instanceof ModelError) return print(error.message, error.code === 'CANCELED' ? 130 : 1);
  const foreseen = error.name === 'ServerError' || error.constructor === Error;
  return print(foreseen ? error.message : (error.stack ?? error.message), 1);
}

function print(message: string, code: number): number {
  process.stderr.write(`${onStderr.red(message)}\n`);
  return code;
}
