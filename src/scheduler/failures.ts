import { StorageError } from '../errors.js';
import type { FailureCode, GenerationFailure } from '../generations/generation.js';
import { EncoderFailed } from '../video/encode-video.js';

export interface FailedUnit {
  /** With others in one batch. */
  readonly shared?: boolean;
  /** The executor has gone, and the states in it. */
  readonly lost?: boolean;
}

/** A unit failed, or the executor was lost in it. `detail` is for the log. */
export class UnitFailed extends Error {
  override readonly name = 'UnitFailed';
  readonly shared: boolean;
  readonly lost: boolean;

  constructor(
    readonly code: FailureCode,
    message: string,
    readonly detail = message,
    { shared = false, lost = false }: FailedUnit = {},
  ) {
    super(message);
    this.shared = shared;
    this.lost = lost;
  }
}

/** The latents to be decoded are not on disk (any more), or are damaged: then that file has been removed. */
export class LatentsMissing extends UnitFailed {
  constructor({ code, message, detail }: UnitFailed) {
    super(code, message, detail);
  }
}

/** Whether the same generation, tried again as it is, may well succeed. */
const retryable: Readonly<Record<FailureCode, boolean>> = {
  OUT_OF_MEMORY: true,
  MODEL_LOAD_FAILED: false,
  DEVICE_LOST: true,
  NUMERIC_OVERFLOW: false,
  ENCODER_FAILED: true,
  TIMED_OUT: true,
  STORAGE_FAILED: true,
  INTERNAL: false,
};

const diskFull = 'The disk is full.';

/** What the person who asked for the video is told of an error; unexpected ones stay in the log. */
export function toFailure(error: unknown): GenerationFailure {
  const [code, message] = classify(error);
  return { code, message, retryable: retryable[code] };
}

function classify(error: unknown): [FailureCode, string] {
  if (error instanceof UnitFailed) return [error.code, error.message];
  if (error instanceof EncoderFailed) {
    if (error.hung) return ['TIMED_OUT', error.message];
    return /no space left on device/i.test(error.detail)
      ? ['STORAGE_FAILED', diskFull]
      : ['ENCODER_FAILED', error.message];
  }
  if (error instanceof StorageError) {
    return ['STORAGE_FAILED', error.code === 'STORAGE_FULL' ? diskFull : 'The video could not be stored.'];
  }
  const system = error as NodeJS.ErrnoException;
  if (system?.code === 'ENOSPC' || system?.code === 'EDQUOT') return ['STORAGE_FAILED', diskFull];
  if (system?.syscall !== undefined && ['EACCES', 'EROFS', 'EIO', 'ENOENT'].includes(system.code ?? '')) {
    return ['STORAGE_FAILED', `A file could not be written (${system.code}).`];
  }
  return ['INTERNAL', 'Something unexpected went wrong; the server’s log says what.'];
}
