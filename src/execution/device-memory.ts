import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import type { Device } from './devices.js';
import { Nvml } from './nvml.js';

/** Who holds a device's memory now. */
export interface DeviceMemory {
  readonly freeBytes: number;
  /** Held by the processes asked for, and on the CPU by this one; null where the driver does not tell processes apart. */
  readonly oursBytes: number | null;
  readonly othersBytes: number | null;
}

let nvml: Nvml | null | undefined;

/** One for the process; null without NVIDIA's driver. */
export function openNvml(): Nvml | null {
  if (nvml === undefined) nvml = Nvml.open();
  return nvml;
}

/**
 * @param pids of the device's executors.
 * @returns null where that cannot be told.
 */
export function observeMemory(device: Device, pids: readonly number[]): DeviceMemory | null {
  if (device.kind === 'CPU') {
    const freeBytes = freeHostBytes();
    const oursBytes = [process.pid, ...pids].reduce((sum, pid) => sum + residentBytes(pid), 0);
    return { freeBytes, oursBytes, othersBytes: Math.max(0, device.totalBytes - freeBytes - oursBytes) };
  }
  const memory = openNvml()?.memory(device.gpu);
  if (!memory) return null;
  const freeBytes = memory.totalBytes - memory.usedBytes;
  const ours = pids.map((pid) => memory.processBytes.get(pid));
  // They may not have opened the GPU yet, or have other pids outside of our container: counting them as 0 would make others'
  // of what is ours.
  if (pids.length > 0 && ours.every((bytes) => bytes === undefined)) {
    return { freeBytes, oursBytes: null, othersBytes: null };
  }
  const oursBytes = ours.reduce<number>((sum, bytes = 0) => sum + bytes, 0);
  return { freeBytes, oursBytes, othersBytes: Math.max(0, memory.usedBytes - oursBytes) };
}

function freeHostBytes(): number {
  const freeBytes = process.availableMemory();
  // In a container with a limit that counts the page cache as used, which the weights we have just read are in.
  return process.constrainedMemory() < totalmem() ? freeBytes + reclaimableBytes() : freeBytes;
}

function reclaimableBytes(): number {
  for (const path of ['/sys/fs/cgroup/memory.stat', '/sys/fs/cgroup/memory/memory.stat']) {
    try {
      return inactiveFileBytes(readFileSync(path, 'latin1'));
    } catch {
      // The other version of cgroups, or none.
    }
  }
  return 0;
}

/** Pages of files that nobody has touched for long, out of a cgroup's memory.stat; what Kubernetes leaves out of its working set. */
export function inactiveFileBytes(stat: string): number {
  // Version 1 tells the cgroup's own pages first, and those with the cgroups below it as totals.
  const bytes = /^total_inactive_file (\d+)$/m.exec(stat) ?? /^inactive_file (\d+)$/m.exec(stat);
  return Number(bytes?.[1] ?? 0);
}

/** 0 of a process that has ended. Linux; elsewhere only this process can be told. */
function residentBytes(pid: number): number {
  try {
    const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    return Number(kibibytes ?? 0) * 1024;
  } catch {
    return pid === process.pid ? process.memoryUsage.rss() : 0;
  }
}
