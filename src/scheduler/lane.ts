import type { ComponentName } from '../../inference/bundle/manifest.js';
import type { Outcome } from '../execution/executor-process.js';
import type { ExecutorHost } from '../execution/host.js';
import type { Lane as LaneFacts } from '../execution/lanes.js';
import type { Unit, UnitKind, UnitOf } from '../execution/protocol.js';
import type { DeviceBook } from './device-book.js';
import { UnitFailed } from './failures.js';
import { newLaneAccount } from './lane-account.js';
import type { UnitStage } from './policy.js';
import { deadlineMs, loadDeadlineMs, type WatchdogSettings } from './watchdog.js';

export type UnitDone<K extends UnitKind> = Extract<Outcome<K>, { ok: true }>;

/** The component that each stage needs. */
export const componentOf: Readonly<Record<UnitStage, ComponentName>> = {
  'encode-text': 'textEncoder',
  'encode-image': 'vae',
  step: 'denoiser',
  decode: 'vae',
};

/** Losses in a row, after which a lane rests for a while if another can do its work; from then on twice as long each time. */
const lossesUntilRest = 2;
const [firstRestMs, longestRestMs] = [5000, 300_000];

/** One executor as the scheduler sees it: what it is doing, and how to have it do something. */
export class Lane {
  readonly id: string;
  readonly device: DeviceBook;
  readonly components: readonly ComponentName[];
  readonly stages: ReadonlySet<UnitStage>;
  account = newLaneAccount;
  /** Whether its executor can begin a step before that is asked for: known once the denoiser is loaded. */
  runsAside = false;
  readonly #host: ExecutorHost;
  readonly #watchdog: WatchdogSettings;
  #status: 'LOADING' | 'BUSY' | null = null;
  #losses = 0;
  #restsUntil = Number.NEGATIVE_INFINITY;
  /** The generations it works for; empty means idle. */
  #busyWith: readonly string[] = [];

  constructor(facts: LaneFacts, device: DeviceBook, host: ExecutorHost, watchdog: WatchdogSettings) {
    this.id = facts.id;
    this.components = facts.components;
    this.device = device;
    const stages = (Object.keys(componentOf) as UnitStage[]).filter((stage) =>
      facts.components.includes(componentOf[stage]),
    );
    this.stages = new Set(stages);
    this.#host = host;
    this.#watchdog = watchdog;
    host.onLost(() => device.lost(this));
  }

  get busyWith(): readonly string[] {
    return this.#busyWith;
  }

  get status(): 'LOADING' | 'BUSY' | null {
    return this.#status;
  }

  get pid(): number | undefined {
    return this.#host.pid;
  }

  /** For how long it had better not be used, having lost its executor again and again. */
  get restMs(): number {
    return Math.max(0, this.#restsUntil - performance.now());
  }

  /** Whether the network for a stage is loaded. */
  holds(model: string, stage: UnitStage): boolean {
    return this.device.ledger.holds(model, componentOf[stage]);
  }

  occupy(generationIds: readonly string[]): void {
    this.#busyWith = generationIds;
    this.device.occupied();
  }

  free(): void {
    this.#busyWith = [];
    this.#status = null;
    this.device.changed();
  }

  /**
   * Loads a network, in another executor if there is none any more: what comes later rests on that, and a new one knows nothing of it.
   * @param bytes of its stored weights
   * @param expectedSeconds what it is likely to take; null if nobody knows
   * @throws UnitFailed
   */
  async load(unit: UnitOf<'load'>, bytes: number, expectedSeconds: number | null): Promise<UnitDone<'load'>> {
    this.#setStatus('LOADING');
    return this.#ended(await this.#host.run<'load'>(unit, loadDeadlineMs(bytes, expectedSeconds, this.#watchdog)));
  }

  /**
   * Runs a unit after those asked for before it.
   * @param expectedSeconds what it is likely to take; null if nobody knows
   * @throws UnitFailed
   */
  async run<K extends Exclude<UnitKind, 'load'>>(
    unit: Extract<Unit, { kind: K }>,
    expectedSeconds: number | null = null,
  ): Promise<UnitDone<K>> {
    this.#setStatus('BUSY');
    return this.#ended(await this.#host.run<K>(unit, deadlineMs(expectedSeconds, this.#watchdog), false));
  }

  #ended<K extends UnitKind>(outcome: Outcome<K>): UnitDone<K> {
    if (outcome.ok) {
      this.#losses = 0;
      this.device.answered(this);
      return outcome;
    }
    if (outcome.lost) this.#lost();
    const { code, message, detail } = outcome.failure;
    throw new UnitFailed(code, message, detail, { lost: outcome.lost });
  }

  /** The step that is likely to follow the one under way is not any more. */
  noMore(): void {
    this.#host.noMore();
  }

  /** Drops these generations' states, if there is an executor to have them. */
  async forget(generationIds: readonly string[]): Promise<void> {
    if (this.#host.pid === undefined) return;
    await this.#host.run<'forget'>({ kind: 'forget', generationIds }, deadlineMs(null, this.#watchdog), false);
  }

  async stop(): Promise<void> {
    await this.#host.stop();
  }

  #lost(): void {
    const rests = ++this.#losses - lossesUntilRest;
    if (rests >= 0) this.#restsUntil = performance.now() + Math.min(longestRestMs, firstRestMs * 2 ** rests);
  }

  #setStatus(status: 'LOADING' | 'BUSY'): void {
    // Moves and releases are asked of lanes that nobody has, too: they stay idle.
    if (this.#busyWith.length === 0 || status === this.#status) return;
    this.#status = status;
    this.device.changed();
  }
}
