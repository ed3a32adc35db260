import { openNvml } from '../../../src/execution/device-memory.js';

/** What this process holds of the first GPU, or where the driver does not tell processes apart, all that is held of it. */
export function heldGigabytes(): number | null {
  const memory = openNvml()?.memory(0);
  return memory ? (memory.processBytes.get(process.pid) ?? memory.usedBytes) / 1e9 : null;
}
