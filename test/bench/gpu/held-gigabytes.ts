import type { SessionOptions } from '../../../inference/runtime/session.js';
import { openNvml } from '../../../src/execution/device-memory.js';

/** What this process holds of a GPU, or where the driver does not tell processes apart, all that is held of it; null beside a CPU. */
export function heldGigabytes(device: SessionOptions['device']): number | null {
  const memory = device.kind === 'CUDA' ? openNvml()?.memory(device.deviceId) : null;
  return memory ? (memory.processBytes.get(process.pid) ?? memory.usedBytes) / 1e9 : null;
}
