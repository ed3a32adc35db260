import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StorageError } from '../errors.js';

/**
 * 32 random bytes in a file that only its owner can read, made on first use: what the server signs with must outlive it, and
 * belongs to one data folder.
 */
export async function secretFile(path: string): Promise<Buffer> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw new StorageError('create', path, error);
  }
  const text = (await readFile(path, 'utf8')).trim();
  if (!/^[0-9a-f]{64}$/.test(text)) {
    throw new StorageError(
      'read',
      path,
      new Error('it is not 64 hexadecimal digits; remove it to have a new one made'),
    );
  }
  return Buffer.from(text, 'hex');
}
