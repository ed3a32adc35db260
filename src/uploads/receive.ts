import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StorageError } from '../errors.js';

/** More came than is allowed. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

/**
 * Writes what arrives to a file, as it arrives, and counts and hashes it meanwhile. What is there after a failure is the
 * caller's to remove.
 * @throws TooLarge as soon as more than `maxBytes` have come; StorageError where the disk does not take it; what the body threw
 */
export async function receive(
  body: Readable,
  path: string,
  maxBytes: number,
): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  const counted = async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, void> {
    for await (const chunk of source) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new TooLarge(`More than ${maxBytes} bytes.`);
      hash.update(chunk);
      yield chunk;
    }
  };
  const file = createWriteStream(path);
  let diskFailure: Error | undefined;
  file.on('error', (error) => {
    diskFailure ??= error;
  });
  try {
    await pipeline(body, counted, file);
  } catch (error) {
    // It may only now be being opened, and would be there after the caller has removed it.
    if (!file.closed) await new Promise<void>((closed) => file.once('close', closed));
    // A pipeline destroys all of its streams with the first error: only the disk's own have a system call.
    if (error === diskFailure && (error as NodeJS.ErrnoException).syscall) throw new StorageError('write', path, error);
    throw error;
  }
  return { sha256: hash.digest('hex'), bytes };
}
