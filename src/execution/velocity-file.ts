import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { WorkFileError } from './tensor-file.js';

/**
 * One row's velocity on its way from the executor that predicted it to the one that takes the step with it: as raw float32, through
 * the page cache. At 480p that is 2.4 MB each way, which through the server and two IPC channels took several times as long
 * (test/bench/RESULTS.md). Synchronous: an executor in a unit has nothing else to do.
 * @throws WorkFileError, such as for a full disk.
 */
export function leaveVelocity(path: string, velocity: Float32Array): void {
  try {
    writeFileSync(path, new Uint8Array(velocity.buffer, velocity.byteOffset, velocity.byteLength));
  } catch (error) {
    rmSync(path, { force: true });
    throw new WorkFileError(`cannot write ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * Reads it and removes it: before the kernel has brought it to the disk.
 * @param count of its numbers.
 * @throws WorkFileError where it is not there, or not whole.
 */
export function takeVelocity(path: string, count: number): Float32Array {
  try {
    const bytes = readFileSync(path);
    rmSync(path);
    const velocity = new Float32Array(
      bytes.buffer,
      bytes.byteOffset,
      bytes.byteLength / Float32Array.BYTES_PER_ELEMENT,
    );
    if (velocity.length === count) return velocity;
    throw new RangeError(`${velocity.length} numbers in place of ${count}`);
  } catch (error) {
    throw new WorkFileError(`cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}
