import { componentNames } from '../../inference/bundle/manifest.js';
import type { Clock } from '../clock.js';
import { type Device, freeBytes } from '../execution/devices.js';
import type { ExecutorHost } from '../execution/host.js';
import type { Unit, UnitKind, UnitResult } from '../execution/protocol.js';
import { CostModel } from './cost-model.js';
import { UnitFailed } from './failures.js';
import type { DeviceState } from './first-come.js';
import { Ledger, type Need } from './ledger.js';
import type { DeviceSnapshot } from './ports.js';

export interface UnitDone<K extends UnitKind> {
  readonly result: UnitResult<K>;
  readonly seconds: number;
  readonly peakRssBytes: number;
}

/** One device with all the scheduler keeps of it: its host, what is loaded, what things cost there, and who has it. */
export class DeviceSlot {
  readonly device: Device;
  readonly costs = new CostModel();
  readonly ledger: Ledger;
  readonly #host: ExecutorHost;
  readonly #clock: Clock;
  readonly #onChange: () => void;
  /** The generation that has the device. */
  running: string | null = null;
  #status: 'LOADING' | 'BUSY' | null = null;
  #lost = false;
  #rssBytes: number | null = null;
  #freeBytes: number | null = null;
  #observedAt: Date;

  constructor(device: Device, host: ExecutorHost, clock: Clock, onChange: () => void) {
    this.device = device;
    this.ledger = new Ledger(device.totalBytes);
    this.#host = host;
    this.#clock = clock;
    this.#observedAt = clock.now();
    this.#onChange = onChange;
    host.onLost(() => {
      this.#lost = true;
      this.#rssBytes = null;
      this.ledger.lost(componentNames);
      onChange();
    });
  }

  /**
   * @param expectedSeconds what the unit is likely to take; null if nobody knows.
   * @throws UnitFailed
   */
  async run<K extends UnitKind>(
    unit: Extract<Unit, { kind: K }>,
    expectedSeconds: number | null = null,
  ): Promise<UnitDone<K>> {
    this.#setStatus(unit.kind === 'load' ? 'LOADING' : 'BUSY');
    const outcome = await this.#host.run<K>(unit, deadlineMs(expectedSeconds));
    if (!outcome.ok) throw new UnitFailed(outcome.failure.code, outcome.failure.message, outcome.failure.detail);
    this.#lost = false;
    this.#rssBytes = outcome.peakRssBytes;
    return outcome;
  }

  /** Releases other models that have to go before this is loaded and run. @throws UnitFailed */
  async makeRoom(need: Need): Promise<void> {
    const admission = this.ledger.admit(need);
    for (const { model, directory } of admission.admitted ? admission.release : []) {
      if (model === need.model) continue;
      await this.run<'release'>({ kind: 'release', bundle: directory });
      for (const component of componentNames) this.ledger.released({ model, component });
    }
  }

  /** Drops a generation's state, if there is an executor to have it. */
  async forget(generationId: string): Promise<void> {
    if (this.#host.pid === undefined) return;
    await this.#host.run<'forget'>({ kind: 'forget', generationIds: [generationId] }, 60_000);
  }

  /** Nobody has the device any more. */
  free(): void {
    this.running = null;
    this.#setStatus(null);
    void this.observeMemory();
  }

  async observeMemory(): Promise<void> {
    this.#freeBytes = await freeBytes(this.device);
    this.#observedAt = this.#clock.now();
    this.#onChange();
  }

  get state(): DeviceState {
    return {
      id: this.device.id,
      running: this.running,
      available: true,
      loadedModels: this.ledger.entries.map(({ model }) => model),
    };
  }

  get snapshot(): DeviceSnapshot {
    const { id, name, kind, totalBytes } = this.device;
    return {
      id,
      name,
      kind,
      status: this.#status ?? (this.#lost ? 'LOST' : 'IDLE'),
      totalBytes,
      freeBytes: this.#freeBytes,
      usedByUsBytes: kind === 'CPU' ? this.#rssBytes : this.ledger.memory.weightsBytes,
      memory: this.ledger.memory,
      loaded: this.ledger.entries,
      running: this.running === null ? [] : [this.running],
      observedAt: this.#observedAt,
    };
  }

  async stop(): Promise<void> {
    await this.#host.stop();
  }

  #setStatus(status: 'LOADING' | 'BUSY' | null): void {
    if (status === this.#status) return;
    this.#status = status;
    this.#onChange();
  }
}

/** Long enough for a slow machine: it is there to end what hangs, not to hurry what works. */
function deadlineMs(expectedSeconds: number | null): number {
  return 1000 * (expectedSeconds === null ? 30 * 60 : Math.max(120, 20 * expectedSeconds));
}
