import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose_gc');
const collect: () => void = runInNewContext('gc');

/** Bytes that this process holds on to: heap and what lies outside of it, such as buffers. */
export async function bytesHeld(): Promise<number> {
  // What a finalizer lets go of is free after the next round only.
  for (let round = 0; round < 3; round++) {
    collect();
    await new Promise(setImmediate);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
