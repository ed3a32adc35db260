import { stripVTControlCharacters } from 'node:util';
import { ModelError } from '../../inference/bundle/model-error.js';
import { ReelError } from '../../src/errors.js';
import { GenerationFailedError, InvalidInputError, ReelQLError } from '../sdk/src/index.js';
import { CommandLineError, Detached, exitCodeOf, MissingFile } from './exit-codes.js';
import { onStderr } from './style.js';

/**
 * Tells the person at the terminal what went wrong and returns the exit code. What nobody foresaw, which is a mistake of ours,
 * comes with its stack.
 */
export function reportError(error: unknown): number {
  const paint = error instanceof Detached ? onStderr.dim : onStderr.red;
  process.stderr.write(`${paint(textOf(error))}\n`);
  return exitCodeOf(error);
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof InvalidInputError) {
    return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n');
  }
  if (error instanceof GenerationFailedError) return `${error.message} (${error.failure.code})`;
  if (error instanceof CommandLineError || error.name === 'CLIError') {
    // citty colours words whatever it writes to.
    return `${stripVTControlCharacters(error.message)}\nSee: npx reelql --help`;
  }
  const foreseen =
    error instanceof ReelQLError ||
    error instanceof ReelError ||
    error instanceof Detached ||
    error instanceof MissingFile ||
    error instanceof ModelError ||
    error.constructor === Error;
  return foreseen ? error.message : (error.stack ?? error.message);
}
