/** What can be wrong with a model on disk, as far as a caller may want to tell cases apart. */
export type ModelErrorCode =
  | 'NOT_FOUND'
  | 'UNSUPPORTED'
  | 'BROKEN'
  | 'NAME_TAKEN'
  | 'NOT_WRITABLE'
  | 'DISK_FULL'
  | 'CANCELED';

/** An expected failure with a model's files. The message is one sentence for the person at the terminal. */
export class ModelError extends Error {
  constructor(
    readonly code: ModelErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'ModelError';
  }
}

const systemCodes: Readonly<Record<string, { code: ModelErrorCode; text: string }>> = {
  ENOENT: { code: 'NOT_FOUND', text: 'it does not exist' },
  ENOTDIR: { code: 'NOT_FOUND', text: 'a part of the path is not a folder' },
  EEXIST: { code: 'NOT_WRITABLE', text: 'a file is in the way' },
  EISDIR: { code: 'BROKEN', text: 'it is a folder, not a file' },
  EACCES: { code: 'NOT_WRITABLE', text: 'permission is denied' },
  EPERM: { code: 'NOT_WRITABLE', text: 'permission is denied' },
  EROFS: { code: 'NOT_WRITABLE', text: 'the file system is read-only' },
  ENOSPC: { code: 'DISK_FULL', text: 'no space is left on the disk' },
  EDQUOT: { code: 'DISK_FULL', text: "the user's disk quota is used up" },
  EFBIG: { code: 'DISK_FULL', text: 'the file system does not allow a file of this size' },
};

/**
 * Gives an operating system's error the form of a ModelError: "Cannot write /models/a/x: no space is left on the disk".
 * @param action what was tried, as a verb: "read", "write", "create".
 */
export function systemError(error: unknown, action: string, path: string): Error {
  if (error instanceof ModelError || !(error instanceof Error)) return error as Error;
  const known = systemCodes[(error as NodeJS.ErrnoException).code ?? ''];
  if (!known) return error;
  return new ModelError(known.code, `Cannot ${action} ${path}: ${known.text}`, { cause: error });
}
