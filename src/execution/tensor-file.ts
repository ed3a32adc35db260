import { closeSync, existsSync, ftruncateSync, linkSync, openSync, renameSync, rmSync, writevSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { openSafetensors, readSafetensors, readTensor } from '../../inference/bundle/safetensors.js';
import { safetensorsHeader } from '../../inference/bundle/safetensors-writer.js';

/** A float32 array, row-major. */
export interface Float32Tensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

export interface TensorFile {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: Readonly<Record<string, Float32Tensor>>;
}

/** The work directory cannot be written, or lacks what should be in it. */
export class WorkFileError extends Error {
  override readonly name = 'WorkFileError';
}

/** Ends the names of files that are being written, or were when their writer died. */
export const partialSuffix = '.partial';

/**
 * Writes a safetensors file of float32 tensors that appears under its name when it is complete, in place of an older one. Not
 * synced to the disk: what was written survives the death of the process, since the page cache is the kernel's, and syncing
 * would cost more than the step that is saved. A power cut may leave a file of the right length with other bytes: hence the
 * checksum. Synchronous: an executor in a unit has nothing else to do, and Node's only thread for files may be with a step that
 * was begun ahead.
 * @throws WorkFileError, such as for a full disk.
 */
export function writeTensorFile(path: string, file: TensorFile): void {
  // Two executors may write the same embedding at once.
  const partial = `${path}.${process.pid}${partialSuffix}`;
  removingIfItFails(path, partial, () => {
    writeWhole(openSync(partial, 'w'), file);
    renameSync(partial, path);
  });
}

/** What `replaceTensorFile` leaves beside a file, to be removed with it. */
export function sparesOf(path: string): readonly [spare: string, aside: string] {
  return [`${path}${partialSuffix}`, `${path}.aside${partialSuffix}`];
}

/**
 * As writeTensorFile, for a file that one process at a time writes again and again: the last but one is written over. Its pages are in
 * the page cache already, and to be given new ones takes the kernel five times as long as to write.
 * @throws WorkFileError
 */
export function replaceTensorFile(path: string, file: TensorFile): void {
  const [spare, aside] = sparesOf(path);
  removingIfItFails(path, spare, () => {
    writeWhole(openSync(spare, existsSync(spare) ? 'r+' : 'w'), file);
    // There is a whole file under the name at any moment, and none that has it, or had it last, is written to. Without links, or
    // at first, there is no spare one.
    rmSync(aside, { force: true });
    const hasSpare = linked(path, aside);
    renameSync(spare, path);
    if (hasSpare) renameSync(aside, spare);
  });
}

/** Whether it has the other name too now. */
function linked(path: string, other: string): boolean {
  try {
    linkSync(path, other);
    return true;
  } catch {
    return false;
  }
}

function removingIfItFails(path: string, partial: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    rmSync(partial, { force: true });
    throw new WorkFileError(`cannot write ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** Closes the file, and cuts off what it had beyond. */
function writeWhole(file: number, { metadata, tensors }: TensorFile): void {
  const entries = Object.entries(tensors);
  const pieces = entries.map(([, { data }]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  const header = safetensorsHeader(
    entries.map(([name, { dims }]) => ({ name, dtype: 'float32', shape: dims })),
    { ...metadata, checksum: checksum(pieces) },
  );
  try {
    let rest: Uint8Array[] = [header, ...pieces];
    const bytes = rest.reduce((sum, { length }) => sum + length, 0);
    // To its end: a nearly full disk takes a part, and says so only when asked again.
    while (rest.length > 0) rest = without(rest, writevSync(file, rest));
    ftruncateSync(file, bytes);
  } finally {
    closeSync(file);
  }
}

/** What is left of pieces without their first bytes. */
function without(pieces: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let skip = bytes;
  return pieces.flatMap((piece) => {
    const left = piece.subarray(skip);
    skip = Math.max(0, skip - piece.length);
    return left.length > 0 ? [left] : [];
  });
}

/** What was written under this name; null if there is no such file, or if it is not as it was written. */
export async function readTensorFile(path: string): Promise<TensorFile | null> {
  try {
    const { metadata } = await readSafetensors(path);
    const source = await openSafetensors(path);
    const tensors: Record<string, Float32Tensor> = {};
    for (const name of source.tensors.keys()) {
      const { dims, data } = await readTensor(source, name);
      if (!(data instanceof Float32Array)) return null;
      tensors[name] = { dims, data };
    }
    const pieces = Object.values(tensors).map(({ data }) => new Uint8Array(data.buffer));
    return metadata.checksum === checksum(pieces) ? { metadata, tensors } : null;
  } catch {
    // Absent, cut off, or no such file at all: nobody can do more about one than about another.
    return null;
  }
}

/** Metadata alone, unchecked against the tensors, but of a file of the right length; null as for `readTensorFile`. */
export async function readTensorFileMetadata(path: string): Promise<TensorFile['metadata'] | null> {
  return readSafetensors(path).then(
    ({ metadata }) => metadata,
    () => null,
  );
}

function checksum(pieces: readonly Uint8Array[]): string {
  return pieces.reduce((sum, piece) => crc32(piece, sum), 0).toString(16);
}
