import { readFileSync, writeFileSync } from 'node:fs';
import { openNvml } from './device-memory.js';
import type { ExecutorDevice } from './protocol.js';

/** What this process holds of its device's memory now; null where the driver does not know us. */
export function heldBytes(device: ExecutorDevice): number | null {
  if (device.kind === 'CPU') return process.memoryUsage.rss();
  return openNvml()?.memory(device.gpu)?.processBytes.get(process.pid) ?? null;
}

/** Between two looks at a GPU: runs leave this thread free, and what lasts shorter takes little. */
const lookMs = 50;

/**
 * Begins to watch what this process holds.
 * @returns to end it: the most that was held meanwhile; null where that cannot be told
 */
export function watchPeak(device: ExecutorDevice): () => number | null {
  if (device.kind === 'CPU') {
    resetResidentPeak();
    return () => peakResidentBytes() ?? heldBytes(device);
  }
  let most: number | null = null;
  const look = (): void => {
    const held = heldBytes(device);
    if (held !== null) most = Math.max(most ?? 0, held);
  };
  const timer = setInterval(look, lookMs);
  return () => {
    clearInterval(timer);
    look();
    return most;
  };
}

function resetResidentPeak(): void {
  try {
    // 5: reset VmHWM (proc(5)).
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Not Linux: then the peak is what is held when it is asked for.
  }
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
