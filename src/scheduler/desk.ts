import type { Clock } from '../clock.js';
import type { Log } from '../log.js';
import type { Answer, Asker, Pending } from './asker.js';
import type { DeviceBook } from './device-book.js';
import { charge, type Turns, turnsOf, type Weights } from './fairness.js';
import type { Lane } from './lane.js';
import { mayTry, settle } from './lane-account.js';
import type { Ask, Grant, Policy, Snapshot, UnitStage } from './policy.js';
import { inOrder } from './ranking.js';
import type { Residence } from './residence.js';
import { UnitCarrier } from './unit-carrier.js';
import { costView, ledgerView } from './views.js';
import { rowsOf, tokensPerRow } from './work.js';

export interface DeskOptions {
  readonly devices: readonly DeviceBook[];
  readonly residence: Residence;
  readonly policy: Policy;
  /** Of clients; all alike if undefined. */
  readonly weights: Weights | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Where generations ask for their next unit. Whenever something has changed it shows the policy all that is asked for and all
 * lanes, and has the grants carried out: the I/O around a pure function.
 */
export class Desk {
  readonly #options: DeskOptions;
  readonly #carrier: UnitCarrier;
  readonly #lanes: ReadonlyMap<string, Lane>;
  readonly #pending = new Map<string, Pending>();
  /** Of every generation that a lane works for, until the lane is done with it. */
  readonly #underWay = new Map<string, { readonly client: string; readonly done: Promise<void> }>();
  /** Lanes that were told to expect a step of these once more, which may have begun already. */
  readonly #expecting = new Map<Lane, readonly Pending[]>();
  #turns: Turns = [];
  #planning: NodeJS.Immediate | null = null;
  paused = false;

  constructor(options: DeskOptions) {
    this.#options = options;
    this.#carrier = new UnitCarrier(options.residence, options.log);
    const lanes = options.devices.flatMap((device) => device.lanes);
    this.#lanes = new Map(lanes.map((lane) => [lane.id, lane]));
  }

  /**
   * Resolves when the unit is done. Rejects with the signal's reason as soon as it is aborted, with UnitFailed, or with what the
   * asker's own answer to its turn threw.
   */
  ask<S extends UnitStage>(asker: Asker, stage: S, signal: AbortSignal): Promise<Answer<S>> {
    signal.throwIfAborted();
    const { generationId } = asker.job;
    const answered = new Promise<Answer>((resolve, reject) => {
      this.#pending.set(generationId, { asker, stage, signal, passedOver: 0, resolve, reject });
      this.planSoon();
    });
    const aborted = new Promise<never>((_, reject) => {
      const onAbort = (): void => {
        this.#pending.delete(generationId);
        this.#takeBack();
        reject(signal.reason);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      const done = (): void => signal.removeEventListener('abort', onAbort);
      answered.then(done, done);
    });
    return Promise.race([answered, aborted]) as Promise<Answer<S>>;
  }

  /** Resolves when no lane works for it and none has anything of it. */
  async leave(generationId: string): Promise<void> {
    await this.#underWay.get(generationId)?.done;
    await this.#forget(generationId, this.#options.residence.remove(generationId));
  }

  /** The next decoding begins with the first frame. */
  async restartDecoding(generationId: string): Promise<void> {
    await this.#underWay.get(generationId)?.done;
    const lane = this.#options.residence.decodingLane(generationId);
    this.#options.residence.setDecoding(generationId, null);
    if (lane) await this.#forget(generationId, [lane]);
  }

  /** Generations that have not started, in the order in which they would. */
  inOrder(askers: readonly Asker[]): string[] {
    const asks = askers.map((asker) => this.#toAsk(asker, 'encode-text'));
    return inOrder(asks, this.#turns).map(({ generationId }) => generationId);
  }

  /** Once for all that changes in this turn of the event loop. */
  planSoon(): void {
    this.#planning ??= setImmediate(() => {
      this.#planning = null;
      this.#plan();
    });
  }

  stop(): void {
    if (this.#planning) clearImmediate(this.#planning);
    this.planSoon = () => {};
  }

  #plan(): void {
    const snapshot = this.#snapshot();
    this.#turns = snapshot.turns;
    const grants = this.#options.policy(snapshot);
    for (const grant of grants) this.#note(grant, snapshot);
    for (const ask of snapshot.asks) this.#notePreempted(ask, grants);
    for (const grant of grants) this.#carryOut(grant);
    this.#takeBack();
  }

  /**
   * Whether, were they asked for at once, these would be given the lane for another step: the policy's own answer. Not while another
   * lane of the device works, for what is begun ahead is in no account of its memory but what the step before has left.
   */
  #isLikely(lane: Lane, members: readonly Pending[]): boolean {
    const goOn = members.every(({ asker, signal }) => asker.step + 1 < asker.job.settings.steps && !signal.aborted);
    if (!lane.runsAside || !goOn) return false;
    if (lane.device.lanes.some((other) => other !== lane && other.busyWith.length > 0)) return false;
    const grants = this.#options.policy(this.#snapshot([...this.#pending.values(), ...members], lane));
    const grant = grants.find(({ lane: id }) => id === lane.id);
    const ids = new Set(grant?.asks.map(({ generationId }) => generationId));
    if (grant?.stage !== 'step' || grant.second !== null || ids.size !== members.length) return false;
    return members.every(({ asker }) => ids.has(asker.job.generationId));
  }

  /** Lanes that expect what is likely no more are told so. */
  #takeBack(): void {
    for (const [lane, members] of this.#expecting) {
      if (this.#isLikely(lane, members)) continue;
      this.#expecting.delete(lane);
      lane.noMore();
    }
  }

  /**
   * What the policy would be shown now; nothing changes by that.
   * @param free taken for idle, whatever it does
   */
  #snapshot(pending = [...this.#pending.values()], free?: Lane): Snapshot {
    const working = [...this.#underWay.values()].map(({ client }) => client);
    const wanting = new Set([...pending.map(({ asker }) => asker.job.client), ...working]);
    const now = this.#options.clock.now().getTime();
    const views = { lanes: this.#lanes, askers: new Map(pending.map(({ asker }) => [asker.job.generationId, asker])) };
    return {
      asks: pending.map(({ asker, stage }) => this.#toAsk(asker, stage)),
      lanes: [...this.#lanes.values()].map((lane) => {
        const { id, device, stages, busyWith, account } = lane;
        const { id: deviceId, kind } = device.device;
        const idle = (lane === free || busyWith.length === 0) && !this.#isLeftAlone(lane);
        return { id, device: deviceId, kind, stages, idle, ...account, mayTry: mayTry(account, now) };
      }),
      turns: turnsOf(this.#turns, wanting, this.#options.weights),
      costs: costView(views),
      ledger: ledgerView(views),
      now,
      paused: this.paused,
    };
  }

  /** A device that fails again and again would be idle ever so often, and be given one generation after the other to lose. */
  #isLeftAlone(lane: Lane): boolean {
    if (lane.restMs === 0) return false;
    const { kind } = lane.device.device;
    const canStandIn = (other: Lane): boolean =>
      other.restMs === 0 &&
      other.device.device.kind === kind &&
      [...lane.stages].every((stage) => other.stages.has(stage));
    return [...this.#lanes.values()].some(canStandIn);
  }

  #toAsk(asker: Asker, stage: UnitStage): Ask {
    const { job, priority, alone, started, kind, step } = asker;
    const { generationId, client, createdAt, settings, batching } = job;
    const { residence, devices } = this.#options;
    const home = stage === 'step' ? residence.laneAt(generationId, step) : residence.decodingLane(generationId);
    const costs = (home?.device ?? devices.find(({ device }) => device.kind === (kind ?? device.kind)) ?? devices[0])
      ?.costs;
    // One literal: this is made of everybody who waits for every plan, and spread together it takes ten times as long.
    return {
      generationId,
      client,
      priority,
      stage,
      batching,
      alone,
      started,
      kind,
      model: job.model,
      createdAt: createdAt.getTime(),
      shape: `${settings.width}×${settings.height}×${settings.frameCount}`,
      rows: rowsOf(settings, step),
      tokensPerRow: tokensPerRow(settings),
      home: stage === 'step' || stage === 'decode' ? (home?.id ?? null) : null,
      secondsLeft: costs ? asker.secondsLeft(costs) : null,
    };
  }

  /** A batch size of which too little is known is tried once in a while. */
  #note({ lane: id, asks, second }: Grant, { costs, now }: Snapshot): void {
    const lane = this.#lanes.get(id) as Lane;
    const rows = second === null ? asks.reduce((sum, ask) => sum + ask.rows, 0) : 1;
    const [leader] = asks as readonly [Ask];
    const unusual = asks.length > 1 || second !== null;
    if (unusual && costs.runs(id, leader, rows) < 2) lane.account = { ...lane.account, triedAt: now };
  }

  #notePreempted({ generationId, home, started }: Ask, grants: readonly Grant[]): void {
    const pending = this.#pending.get(generationId);
    if (!pending || !started || home === null) return;
    const has = ({ asks }: Grant): boolean => asks.some((ask) => ask.generationId === generationId);
    if (grants.some(has)) return;
    // A text that is encoded so that its generation can join the next step is no more urgent.
    if (grants.some(({ lane, stage }) => lane === home && stage !== 'encode-text')) pending.passedOver++;
  }

  #carryOut(grant: Grant): void {
    const lane = this.#lanes.get(grant.lane) as Lane;
    const second = grant.second === null ? null : (this.#lanes.get(grant.second) ?? null);
    const members = grant.asks.map(({ generationId }) => this.#pending.get(generationId) as Pending);
    const ids = grant.asks.map(({ generationId }) => generationId);
    for (const id of ids) this.#pending.delete(id);
    lane.occupy(ids);
    second?.occupy(ids);
    const more = (all: readonly Pending[]): boolean => {
      const likely = this.#isLikely(lane, all);
      if (likely) this.#expecting.set(lane, all);
      return likely;
    };
    const done = this.#carrier.carry({ lane, second, members, more }).then(({ putBack, ...cost }) => {
      this.#expecting.delete(lane);
      lane.account = settle(lane.account, grant, cost);
      this.#charge(grant, (cost.loadSeconds + cost.seconds) * (second ? 2 : 1));
      for (const id of ids) this.#underWay.delete(id);
      for (const pending of putBack) {
        if (!pending.signal.aborted) this.#pending.set(pending.asker.job.generationId, pending);
      }
      second?.free();
      lane.free();
      this.planSoon();
      const restMs = Math.max(lane.restMs, second?.restMs ?? 0);
      if (restMs > 0) setTimeout(() => this.planSoon(), restMs).unref();
      lane.device.observeMemory();
    });
    for (const { generationId, client } of grant.asks) this.#underWay.set(generationId, { client, done });
  }

  #charge({ asks }: Grant, seconds: number): void {
    const rows = asks.reduce((sum, ask) => sum + ask.rows, 0);
    const { weights } = this.#options;
    for (const ask of asks) this.#turns = charge(this.#turns, ask.client, (seconds * ask.rows) / rows, weights);
  }

  async #forget(generationId: string, lanes: readonly Lane[]): Promise<void> {
    await Promise.all(lanes.map((lane) => lane.forget([generationId])));
  }
}
