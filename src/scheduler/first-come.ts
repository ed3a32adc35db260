/**
 * What to do next, as a pure function of what there is. The simplest honest policy: higher priority first, then first come
 * first served, one generation a device, no preemption.
 */

export interface WaitingGeneration {
  readonly id: string;
  readonly model: string;
  /** Higher goes first. */
  readonly priority: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

export interface DeviceState {
  readonly id: string;
  /** The generation that has it. */
  readonly running: string | null;
  /** False where nothing may be started on it now. */
  readonly available: boolean;
  /** Models whose components are loaded. */
  readonly loadedModels: readonly string[];
}

export interface Snapshot {
  readonly waiting: readonly WaitingGeneration[];
  readonly devices: readonly DeviceState[];
}

export interface Decision {
  readonly kind: 'start';
  readonly generationId: string;
  readonly deviceId: string;
}

/** Decisions that may all be carried out at once; none if nothing can be done. The order of the snapshot's lists is without effect. */
export function plan({ waiting, devices }: Snapshot): Decision[] {
  const free = devices.filter((device) => device.available && device.running === null);
  free.sort((a, b) => compareText(a.id, b.id));
  const decisions: Decision[] = [];
  for (const generation of inOrder(waiting)) {
    if (free.length === 0) break;
    // A device that has the model saves its loading; which device is no reason to let somebody wait.
    const warm = free.findIndex((device) => device.loadedModels.includes(generation.model));
    const [device] = free.splice(Math.max(warm, 0), 1);
    if (device) decisions.push({ kind: 'start', generationId: generation.id, deviceId: device.id });
  }
  return decisions;
}

/** The order in which waiting generations are served: position 1 is the first. */
export function inOrder<T extends WaitingGeneration>(waiting: readonly T[]): T[] {
  return [...waiting].sort((a, b) => b.priority - a.priority || a.createdAt - b.createdAt || compareText(a.id, b.id));
}

/** By code unit: the same everywhere, unlike localeCompare. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
