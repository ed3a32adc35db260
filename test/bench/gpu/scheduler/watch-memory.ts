import { observeMemory } from '../../../../src/execution/device-memory.js';
import type { Device } from '../../../../src/execution/devices.js';

/**
 * Looks every 20 ms until it is stopped.
 * @param look done each time, too
 * @returns to stop it: the least that was free on the device; NaN beside a CPU
 */
export function watchMemory(device: Device, look = (): void => {}): () => number {
  const free = (): number => observeMemory(device, [])?.freeBytes ?? Number.NaN;
  let least = free();
  const timer = setInterval(() => {
    least = Math.min(least, free());
    look();
  }, 20);
  return () => {
    clearInterval(timer);
    return least;
  };
}
