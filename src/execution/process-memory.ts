import { readFileSync, writeFileSync } from 'node:fs';
import { openNvml } from './device-memory.js';
import type { ExecutorDevice } from './protocol.js';

/** What this process holds of its device's memory now; null where the driver does not know us. */
export function heldBytes(device: ExecutorDevice): number | null {
  if (device.kind === 'CPU') return process.memoryUsage.rss();
  return openNvml()?.memory(device.gpu)?.processBytes.get(process.pid) ?? null;
}

/** Begins a new measurement of `peakBytes`. */
export function resetPeak(): void {
  try {
    // 5: reset VmHWM (proc(5)).
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Not Linux: then the peak is what is held when it is asked for.
  }
}

/**
 * The most that was held since the reset. On a GPU what is held now, which is as much: ONNX Runtime's arena gives nothing back
 * before its session is closed.
 */
export function peakBytes(device: ExecutorDevice): number | null {
  return (device.kind === 'CPU' ? peakResidentBytes() : null) ?? heldBytes(device);
}

/** Linux counts it. */
function peakResidentBytes(): number | null {
  try {
    const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
    return kibibytes === undefined ? null : Number(kibibytes) * 1024;
  } catch {
    return null;
  }
}
