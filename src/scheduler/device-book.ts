import type { Clock } from '../clock.js';
import { observeMemory } from '../execution/device-memory.js';
import type { Device } from '../execution/devices.js';
import type { ExecutorHost } from '../execution/host.js';
import type { Lane as LaneFacts } from '../execution/lanes.js';
import type { CostModel } from './cost-model.js';
import { Lane } from './lane.js';
import { Ledger } from './ledger.js';
import type { DeviceMeasurements } from './measurements.js';
import { contextBytes } from './memory-model.js';
import type { DeviceSnapshot } from './ports.js';
import type { WatchdogSettings } from './watchdog.js';

export interface DeviceBookOptions {
  readonly device: Device;
  readonly measurements: DeviceMeasurements;
  /** Left free; the ledger's default if undefined. */
  readonly headroomBytes: number | undefined;
  /** See `stateRoomBytes`; what there is to spare if undefined. */
  readonly stateRoomBytes: number | undefined;
  readonly watchdog: WatchdogSettings;
  readonly clock: Clock;
  readonly hostFor: (lane: LaneFacts) => ExecutorHost;
  readonly onChange: () => void;
  /** An executor has gone, and the states in it. */
  readonly onLost: (lane: Lane) => void;
}

/** Of the host's free memory, for the states in one executor: with eight GPUs half of it is left to everybody else. */
const freeHostPart = 1 / 16;

export interface UsedAlone {
  readonly usedBytes: number;
  /** How often a lane of the device had begun something. */
  readonly occupations: number;
}

/** One device with all that the scheduler keeps of it: its lanes, what lies in its memory, and what things cost there. */
export class DeviceBook {
  readonly device: Device;
  readonly lanes: readonly Lane[];
  readonly ledger: Ledger;
  readonly costs: CostModel;
  readonly #options: DeviceBookOptions;
  readonly #lost = new Set<Lane>();
  #freeBytes: number | null = null;
  #oursBytes: number | null = null;
  #observedAt: Date;
  #occupations = 0;

  constructor(options: DeviceBookOptions) {
    const { device, measurements, headroomBytes, watchdog, hostFor, clock } = options;
    this.#options = options;
    this.device = device;
    this.costs = measurements.costs;
    const contexts = device.kind === 'CUDA' ? device.lanes.length * contextBytes : 0;
    this.ledger = new Ledger(device.totalBytes, headroomBytes, measurements.peaks, contexts);
    this.lanes = device.lanes.map((facts) => new Lane(facts, this, hostFor(facts), watchdog));
    this.#observedAt = clock.now();
    this.observeMemory();
  }

  /** The lane that may hold a component. */
  laneOf(component: Lane['components'][number]): Lane | undefined {
    return this.lanes.find(({ components }) => components.includes(component));
  }

  changed(): void {
    this.#options.onChange();
  }

  lost(lane: Lane): void {
    this.#lost.add(lane);
    this.ledger.lost(lane.components);
    this.#options.onLost(lane);
    this.changed();
  }

  answered(lane: Lane): void {
    this.#lost.delete(lane);
  }

  /** A lane begins something. */
  occupied(): void {
    this.#occupations++;
    this.changed();
  }

  /** In use on the GPU while no other lane of it works, and whether any did since an earlier look. Null otherwise. */
  usedAlone(lane: Lane, since?: UsedAlone): UsedAlone | null {
    if (this.device.kind !== 'CUDA' || (since && since.occupations !== this.#occupations)) return null;
    if (this.lanes.some((other) => other !== lane && other.busyWith.length > 0)) return null;
    const memory = observeMemory(this.device, []);
    return memory && { usedBytes: this.device.totalBytes - memory.freeBytes, occupations: this.#occupations };
  }

  /**
   * What states that wait may take of an executor's memory. They lie in the memory of its process: on the CPU that is the device's,
   * of which they have what the ledger has to spare; with GPUs it is the host's, of which each executor has a part of what is free.
   */
  get stateRoomBytes(): number {
    const { stateRoomBytes } = this.#options;
    if (stateRoomBytes !== undefined) return stateRoomBytes;
    return this.device.kind === 'CPU' ? this.ledger.spareBytes : freeHostPart * process.availableMemory();
  }

  /** Looks who holds the memory now. */
  observeMemory(): void {
    const pids = this.lanes.flatMap(({ pid }) => pid ?? []);
    const { totalBytes } = this.device;
    const memory = observeMemory(this.device, pids);
    this.#freeBytes = memory?.freeBytes ?? null;
    this.#oursBytes = memory?.oursBytes ?? null;
    this.ledger.othersBytes = memory && (memory.othersBytes ?? this.ledger.reckonOthers(totalBytes - memory.freeBytes));
    this.#observedAt = this.#options.clock.now();
  }

  get snapshot(): DeviceSnapshot {
    const { id, name, kind, totalBytes } = this.device;
    const statuses = this.lanes.map(({ status }) => status);
    const working = (['LOADING', 'BUSY'] as const).find((status) => statuses.includes(status));
    return {
      ...{ id, name, kind, totalBytes },
      status: working ?? (this.#lost.size > 0 ? 'LOST' : 'IDLE'),
      freeBytes: this.#freeBytes,
      usedByUsBytes: this.#oursBytes,
      memory: this.ledger.memory,
      loaded: this.ledger.entries.map(({ model, component, weightsBytes: bytes }) => ({ model, component, bytes })),
      running: [...new Set(this.lanes.flatMap(({ busyWith }) => busyWith))],
      observedAt: this.#observedAt,
    };
  }
}
