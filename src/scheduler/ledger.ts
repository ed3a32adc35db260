import type { ComponentName } from '../../inference/bundle/manifest.js';
import type { PeakUnit } from './memory-model.js';
import { PeakModel } from './peak-model.js';
import type { DeviceMemory } from './ports.js';

/** Left free for everybody else, and for what is not foreseen: a sixteenth of the device, 1.5 GiB at most. */
export function defaultHeadroomBytes(totalBytes: number): number {
  return Math.min(1.5 * 2 ** 30, Math.floor(totalBytes / 16));
}

/** Charged in place of what is predicted for units that took far more than predicted a short while ago. */
const distrustFactor = 1.25;

export interface LoadedComponent {
  readonly model: string;
  /** Where the model's bundle lies: what the executor knows it by. */
  readonly directory: string;
  readonly component: ComponentName;
  /** Of its weights, charged as long as it is loaded; those of the VAE are charged with its units. */
  readonly bytes: number;
  /** Of its weights, whatever they are charged with. */
  readonly weightsBytes: number;
}

/** What a unit needs: one component, and room beside what that is charged. */
export interface Need extends PeakUnit, Pick<LoadedComponent, 'bytes' | 'weightsBytes'> {}

export type Admission =
  /** After these have been released, in this order, there is room. */
  | { readonly admitted: true; readonly release: readonly LoadedComponent[] }
  | {
      readonly admitted: false;
      /** There would be room if no other unit ran: ask again when one has ended. */
      readonly later: boolean;
      readonly requiredBytes: number;
      readonly availableBytes: number;
    };

/** What an executor's process held before a unit, at most during it, and after it. */
export interface UnitMemory {
  readonly heldBytes: number;
  readonly peakBytes: number;
  readonly leftBytes: number;
}

interface Holding extends LoadedComponent {
  /** Kept by the allocators of its sessions after a unit, until they are closed. */
  retainedBytes: number;
  /** Predicted need of the unit that runs on it. */
  runningBytes: number | null;
  /** Nothing else may begin while that unit runs. */
  runsAlone: boolean;
  /** Of its units so far. */
  largestSize: number;
}

/**
 * One device's memory:
 *
 *     contexts of the executors + weights of what is loaded + what its units need or have kept + headroom
 *       + what other processes hold  ≤  total
 *
 * Whoever runs a unit asks `admit` first, releases what that says, and brackets the unit with `begin` and `end`. A device may
 * have several executors: each of them holds other components, all count here.
 */
export class Ledger {
  readonly totalBytes: number;
  readonly headroomBytes: number;
  readonly peaks: PeakModel;
  /** What the device's executors hold of it with nothing loaded. */
  readonly contextBytes: number;
  /** Null where nobody can tell. */
  othersBytes: number | null = null;
  /** In the order of their last use, the latest last. */
  readonly #holdings = new Map<string, Holding>();

  constructor(
    totalBytes: number,
    headroomBytes = defaultHeadroomBytes(totalBytes),
    peaks = new PeakModel(),
    contextBytes = 0,
  ) {
    this.totalBytes = totalBytes;
    this.contextBytes = contextBytes;
    // On a device that is smaller than all that it should leave free, something still has to run.
    this.headroomBytes = Math.min(headroomBytes, Math.floor(totalBytes / 4));
    this.peaks = peaks;
  }

  holds(model: string, component: ComponentName): boolean {
    return this.#holdings.has(key({ model, component }));
  }

  /** Least recently used first. */
  get entries(): LoadedComponent[] {
    return [...this.#holdings.values()].map(({ model, directory, component, bytes, weightsBytes }) => {
      return { model, directory, component, bytes, weightsBytes };
    });
  }

  get memory(): DeviceMemory {
    const { headroomBytes, othersBytes } = this;
    let weightsBytes = 0;
    let activationsBytes = this.contextBytes;
    for (const holding of this.#holdings.values()) {
      weightsBytes += holding.bytes;
      activationsBytes += Math.ceil(activations(holding));
    }
    return { weightsBytes, activationsBytes, headroomBytes, othersBytes };
  }

  /** What others hold of so many bytes in use, where the driver does not tell processes apart: all but what is known as ours. */
  reckonOthers(usedBytes: number): number {
    const { weightsBytes, activationsBytes } = this.memory;
    return Math.max(0, usedBytes - weightsBytes - activationsBytes);
  }

  /** What nothing that is loaded needs or keeps. */
  get spareBytes(): number {
    const charged = [...this.#holdings.values()].reduce((sum, holding) => sum + charge(holding), 0);
    return Math.max(0, this.capacityBytes - charged);
  }

  /** What is no unit's, whoever works here. */
  get reservedBytes(): number {
    return this.headroomBytes + this.contextBytes;
  }

  /** What weights and units may take together. */
  get capacityBytes(): number {
    return Math.max(0, this.totalBytes - this.reservedBytes - (this.othersBytes ?? 0));
  }

  /**
   * Whether a unit may run now, and what has to go before it. Least recently used components go first, those in use never. One
   * whose like took far more than predicted a short while ago is charged more, and runs beside nothing else.
   */
  admit(need: Need): Admission {
    const own = this.#holdings.get(key(need));
    const required = need.bytes + this.#running(need, own);
    let available = this.capacityBytes;
    for (const holding of this.#holdings.values()) if (holding !== own) available -= charge(holding);
    const release: LoadedComponent[] = [];
    for (const holding of this.#holdings.values()) {
      if (available >= required) break;
      if (holding === own || holding.runningBytes !== null) continue;
      release.push(holding);
      available += charge(holding);
    }
    const isKeptOut = this.#mustWait(need, own);
    if (available >= required && !isKeptOut) return { admitted: true, release };
    return {
      admitted: false,
      later: isKeptOut || required <= this.capacityBytes,
      requiredBytes: required + this.reservedBytes,
      availableBytes: Math.max(0, available) + this.reservedBytes,
    };
  }

  loaded(entry: LoadedComponent): void {
    this.#holdings.set(key(entry), {
      ...entry,
      retainedBytes: 0,
      runningBytes: null,
      runsAlone: false,
      largestSize: 0,
    });
  }

  /** Its sessions are closed, and all that they held is free. */
  released({ model, component }: Pick<LoadedComponent, 'model' | 'component'>): void {
    this.#holdings.delete(key({ model, component }));
  }

  /** The executor that held these components has gone, and everything with it. */
  lost(components: readonly ComponentName[]): void {
    for (const holding of this.#holdings.values()) {
      if (components.includes(holding.component)) this.released(holding);
    }
  }

  /** A unit begins that was admitted. */
  begin(need: Need): void {
    const holding = this.#holdings.get(key(need));
    if (!holding) return;
    this.#holdings.delete(key(need));
    this.#holdings.set(key(need), holding);
    holding.runningBytes = this.#running(need, holding);
    holding.runsAlone = this.peaks.isDistrusted(need);
  }

  /**
   * It has ended, well or not.
   * @param memory null where it was not measured
   * @param isOurs whether it can be told from what other processes took meanwhile
   */
  end(need: Need, memory: UnitMemory | null, isOurs = true): void {
    const holding = this.#holdings.get(key(need));
    if (!holding) return;
    if (memory && !isOurs) {
      const taken = this.peaks.suspect(need, holding.retainedBytes + memory.peakBytes - memory.heldBytes);
      if (taken !== null) holding.retainedBytes = taken;
    } else if (memory) {
      // What an earlier unit of this component left is used again. After a larger one that says nothing of this one's need.
      const used = holding.retainedBytes + Math.max(0, memory.peakBytes - memory.heldBytes);
      if (need.size >= holding.largestSize) this.peaks.observe(need, used);
      holding.largestSize = Math.max(holding.largestSize, need.size);
      holding.retainedBytes = Math.max(0, holding.retainedBytes + memory.leftBytes - memory.heldBytes);
    }
    holding.runningBytes = null;
    holding.runsAlone = false;
  }

  /** What the component takes beside its weights while the unit runs, which uses again what earlier ones left, if it can. */
  #running(need: Need, own: Holding | undefined): number {
    const kept = own?.retainedBytes ?? 0;
    return need.part === 'encoder' ? kept + this.#charged(need) : Math.max(kept, this.#charged(need));
  }

  #charged(need: Need): number {
    return this.peaks.predict(need).bytes * (this.peaks.isDistrusted(need) ? distrustFactor : 1);
  }

  /** What runs must be alone, or this must and something runs. */
  #mustWait(need: Need, own: Holding | undefined): boolean {
    const running = [...this.#holdings.values()].filter((one) => one !== own && one.runningBytes !== null);
    return running.length > 0 && (this.peaks.isDistrusted(need) || running.some(({ runsAlone }) => runsAlone));
  }

  /** It has ended for want of memory. */
  endOutOfMemory(need: Need): void {
    this.peaks.outOfMemory(need);
    this.end(need, null);
  }
}

/** What is kept is there to be used again by the next unit of the same component. */
function activations({ retainedBytes, runningBytes }: Holding): number {
  return Math.max(retainedBytes, runningBytes ?? 0);
}

function charge(holding: Holding): number {
  return holding.bytes + activations(holding);
}

const key = ({ model, component }: Pick<LoadedComponent, 'model' | 'component'>): string => `${component} ${model}`;
