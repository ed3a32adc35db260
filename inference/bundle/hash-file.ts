import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { ModelError, systemError } from './model-error.js';

const pieceBytes = 4 << 20;

/**
 * SHA-256 of a file, in hexadecimal. The next piece is read while this one is hashed.
 * @param onBytes told the size of every piece as it is done.
 */
export async function hashFile(
  path: string,
  onBytes: (bytes: number) => void = () => undefined,
  signal?: AbortSignal,
): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const piece of createReadStream(path, { highWaterMark: pieceBytes })) {
      throwIfCanceled(signal);
      hash.update(piece as Buffer);
      onBytes((piece as Buffer).byteLength);
    }
  } catch (error) {
    throw systemError(error, 'read', path);
  }
  return hash.digest('hex');
}

export function throwIfCanceled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new ModelError('CANCELED', 'Canceled');
}
