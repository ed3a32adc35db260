import type { Device } from '@reelql/sdk';

export const partNames = ['weights', 'activations', 'headroom', 'others', 'free'] as const;

export interface MemoryPart {
  readonly name: (typeof partNames)[number];
  readonly bytes: number;
}

/** What a device's memory is planned for, from end to end: what nothing is planned for is free. */
export function memoryParts({ totalBytes, memory }: Pick<Device, 'totalBytes' | 'memory'>): readonly MemoryPart[] {
  const { weightsBytes, activationsBytes, headroomBytes, othersBytes } = memory;
  const planned = {
    weights: weightsBytes,
    activations: activationsBytes,
    headroom: headroomBytes,
    others: othersBytes ?? 0,
  };
  // Others may take what was planned with, until the next measurement.
  const taken = Object.values(planned).reduce((sum, bytes) => sum + bytes, 0);
  const free = Math.max(0, totalBytes - taken);
  return partNames.map((name) => ({ name, bytes: name === 'free' ? free : planned[name] }));
}
