import { readFile } from 'node:fs/promises';
import { CommandLineError, MissingFile } from './exit-codes.js';

/**
 * A file that the command line names.
 * @throws MissingFile, CommandLineError where it is there and cannot be read
 */
export async function inputFile(path: string): Promise<Buffer<ArrayBuffer>> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new MissingFile(`There is no file ${path}.`);
    throw new CommandLineError(`${path} cannot be read (${code}).`);
  }
}
