import { ModelError } from '../../inference/bundle/model-error.js';
import { ReelError, exitCodes as startExitCodes } from '../../src/errors.js';
import { ReelQLError } from '../sdk/src/index.js';

/** The command line cannot be used. */
export class CommandLineError extends Error {
  override readonly name = 'CommandLineError';
}

/** A file that the command line names is not there. */
export class MissingFile extends Error {
  override readonly name = 'MissingFile';
}

/** A person left a generation running; the message says how to come back to it. */
export class Detached extends Error {
  override readonly name = 'Detached';
}

/** What became of the command, as its exit code; 64 and up as in sysexits.h. A code never changes its meaning. */
export const exitCodes = [
  { exit: 0, means: 'done' },
  { exit: 1, means: 'anything not named here' },
  { exit: 2, means: 'the command line or an input cannot be used' },
  { exit: 3, means: 'there is no such generation, model or file' },
  { exit: 4, means: 'the generation failed' },
  { exit: 5, means: 'the server answered with an error of its own' },
  { exit: 6, means: 'no device has the memory for it' },
  { exit: 10, means: 'detached: the generation goes on without this command' },
  { exit: 69, means: 'no server can be reached, or it cannot listen' },
  { exit: 74, means: 'a disk is full or broken' },
  { exit: 75, means: 'try again later: queue full, quota used up, database in use' },
  { exit: 77, means: 'no API key, or one without the right' },
  { exit: 78, means: 'the configuration cannot be used' },
  { exit: 130, means: 'canceled' },
] as const;
export type ExitCode = (typeof exitCodes)[number]['exit'];

const sdkExitCodes: Readonly<Record<string, ExitCode>> = {
  INVALID_INPUT: 2,
  IDEMPOTENCY_CONFLICT: 2,
  UNUSABLE_UPLOAD: 2,
  NOT_FOUND: 3,
  GENERATION_FAILED: 4,
  SERVER: 5,
  DOES_NOT_FIT: 6,
  CONNECTION: 69,
  QUEUE_FULL: 75,
  QUOTA_EXCEEDED: 75,
  GENERATION_BUSY: 75,
  RATE_LIMITED: 75,
  UNAUTHENTICATED: 77,
  FORBIDDEN: 77,
  GENERATION_CANCELED: 130,
};

export function exitCodeOf(error: unknown): number {
  if (error instanceof ReelQLError) return sdkExitCodes[error.code] ?? 1;
  if (error instanceof MissingFile) return 3;
  if (error instanceof Detached) return 10;
  if (error instanceof ReelError) return startExitCodes[error.code];
  if (error instanceof ModelError) return error.code === 'CANCELED' ? 130 : 1;
  if (error instanceof CommandLineError || (error instanceof Error && error.name === 'CLIError')) return 2;
  return 1;
}
