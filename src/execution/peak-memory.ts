import { readFileSync, writeFileSync } from 'node:fs';

/** Begins a new measurement. Linux counts the peak itself; elsewhere `peakRssBytes` is what is resident when it is called. */
export function resetPeakRss(): void {
  try {
    // 5: reset VmHWM (proc(5)).
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Then the peak is that of the process's whole life, or of the moment.
  }
}

/** Largest resident set of this process since the last reset. */
export function peakRssBytes(): number {
  try {
    const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
    if (kibibytes !== undefined) return Number(kibibytes) * 1024;
  } catch {
    // Not Linux.
  }
  return process.memoryUsage.rss();
}
