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
    const { buffer, byteOffset, byteLength } = readFileSync(path);
    rmSync(path);
    if (byteLength !== 4 * count) throw new RangeError(`${byteLength} bytes in place of ${4 * count}`);
    return new Float32Array(buffer, byteOffset, count);
  } catch (error) {
    throw new WorkFileError(`cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}
