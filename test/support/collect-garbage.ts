import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose_gc');
const collect: () => void = runInNewContext('gc');

/** Bytes that this process holds on to: heap and what lies outside of it, such as buffers. */
export function bytesHeld(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
