import { type ComponentName, componentNames } from '../../inference/bundle/manifest.js';
import type { ExecutorDevice } from './protocol.js';

/** One executor process of a device: the components that it may hold, and its part of the device. */
export interface Lane {
  /** Stable over restarts: the device's id, with `/denoiser` or `/codec` where it has two lanes. */
  readonly id: string;
  readonly components: readonly ComponentName[];
  readonly executor: ExecutorDevice;
}

/** With fewer threads, two lanes would cost denoising more than working side by side saves. */
const threadsForTwoLanes = 8;

/** A GPU smaller than this holds one of the 5B model's networks at a time, and a second process's context would be lost room. */
const bytesForTwoLanes = 20 * 2 ** 30;

/**
 * The lanes of a device. A large GPU has two: texts are encoded and videos decoded for one generation while another is denoised, and
 * the GPU shares itself out. A CPU has two from 8 threads, which are divided, 3 to 1: threads over the number of cores would
 * take time from each other (twice the time, test/bench/RESULTS.md).
 */
export function lanesOf(deviceId: string, executor: ExecutorDevice, totalBytes: number): readonly Lane[] {
  if (executor.kind === 'CPU' ? executor.threads < threadsForTwoLanes : totalBytes < bytesForTwoLanes) {
    return [{ id: deviceId, components: componentNames, executor }];
  }
  const [denoiser, codec] = executor.kind === 'CPU' ? divideThreads(executor.threads) : [executor, executor];
  return [
    { id: `${deviceId}/denoiser`, components: ['denoiser'], executor: denoiser },
    { id: `${deviceId}/codec`, components: ['textEncoder', 'vae'], executor: codec },
  ];
}

function divideThreads(threads: number): [denoiser: ExecutorDevice, codec: ExecutorDevice] {
  const codec = Math.floor(threads / 4);
  return [
    { kind: 'CPU', threads: threads - codec },
    { kind: 'CPU', threads: codec },
  ];
}
