/** What can go wrong and can be told to a person: a closed set, so that callers and exit codes cover all of it. */
export const errorCodes = [
  'DATABASE_IN_USE',
  'DATABASE_UNUSABLE',
  'PORT_IN_USE',
  'CANNOT_LISTEN',
  'UNPROTECTED',
  'DEVICE_UNUSABLE',
  'STORAGE_FULL',
  'STORAGE_FAILED',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** An expected failure. The message is for the person in front of the terminal: what is wrong and what to do. */
export class ReelError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'ReelError';
  }
}

/** Exit codes of the CLI, from sysexits.h: a script can tell "try again later" from "fix something first". */
export const exitCodes: Readonly<Record<ErrorCode, number>> = {
  DATABASE_IN_USE: 75,
  DATABASE_UNUSABLE: 74,
  PORT_IN_USE: 69,
  CANNOT_LISTEN: 69,
  UNPROTECTED: 78,
  DEVICE_UNUSABLE: 78,
  STORAGE_FULL: 74,
  STORAGE_FAILED: 74,
};

/** A disk that is full or broken, told apart because the first one passes when space is made. */
export class StorageError extends ReelError {
  constructor(action: string, path: string, cause: unknown) {
    const systemCode = (cause as NodeJS.ErrnoException | undefined)?.code ?? '';
    const full = systemCode === 'ENOSPC' || systemCode === 'EDQUOT';
    const reason = full ? 'no space is left on the disk' : (systemReasons[systemCode] ?? (cause as Error).message);
    super(full ? 'STORAGE_FULL' : 'STORAGE_FAILED', `Cannot ${action} ${path}: ${reason}.`, { cause });
    this.name = 'StorageError';
  }
}

const systemReasons: Readonly<Record<string, string>> = {
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EROFS: 'the file system is read-only',
  ENOENT: 'it does not exist',
  EIO: 'the disk reported an error',
};
