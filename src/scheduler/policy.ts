import { type BatchOptions, formBatch, splitPays, wouldJoin } from './batch-former.js';
import type { Turns } from './fairness.js';
import { bestLane } from './placement.js';
import { inOrder, oldestOverdue } from './ranking.js';

/**
 * What every idle lane does next, as a pure function of what is asked for. The rules, the first that decides:
 *
 * 1. A quarter of each lane's time belongs to the oldest generation that is overdue.
 * 2. The most urgent ask goes first (ranking.ts): priority, then fairness between clients, then shortest remaining first.
 * 3. It goes where its state lies and its network is loaded. Another's network goes for it only when that pays (placement.ts).
 * 4. Others take the step along where the measured curve says that this is faster than one after the other (batch-former.ts).
 * 5. A lane that is left over takes one of the two rows of a guided generation.
 *
 * Every unit is granted anew, so whoever is not granted its next one is preempted, and at no other place.
 *
 * Nobody starves. Once a generation is older than `patienceSeconds`, at least a quarter of the time goes to the overdue ones in
 * the order of their age, whatever else is asked for. On one lane it has therefore ended, from its creation, after
 *
 *     patience + (its own work + that of all unfinished ones older than it) / share + (amortisation + 4) loads + 4 units
 *
 * where work is what each takes alone on the lane, and a load and a unit are the longest that there are: what is not cut short for
 * it. What arrives later, in whatever number and with whatever priority, is not part of it. More lanes only make it less. Tested
 * in test/property/policy-simulation.test.ts.
 */

export type DeviceKind = 'CPU' | 'CUDA';
export type UnitStage = 'encode-text' | 'encode-image' | 'step' | 'decode';

/** The next unit that an unfinished generation needs. */
export interface Ask {
  readonly generationId: string;
  readonly client: string;
  /** Higher goes first. */
  readonly priority: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly model: string;
  readonly stage: UnitStage;
  /** Steps of one model and shape fit into one batch. */
  readonly shape: string;
  /** In the batch dimension: 2 where guided. */
  readonly rows: number;
  readonly tokensPerRow: number;
  readonly batching: 'AUTO' | 'SOLO';
  /** Something went wrong with its last unit: it is by itself until one goes well, so that it costs nobody else anything. */
  readonly alone: boolean;
  /** Whether anything of it has been computed. */
  readonly started: boolean;
  /** Of the devices that may have it: the first one decides, for another kind computes in other numbers. Null before. */
  readonly kind: DeviceKind | null;
  /** The lane that has its state; null where all of it is on disk, to be opened on any. */
  readonly home: string | null;
  /** Until it has ended, were it alone; null where the cost model is not sure. */
  readonly secondsLeft: number | null;
}

/** One executor: a device's, for some of the components. */
export interface Lane {
  readonly id: string;
  readonly device: string;
  readonly kind: DeviceKind;
  readonly stages: ReadonlySet<UnitStage>;
  readonly idle: boolean;
  /** Computed since something was last loaded there. */
  readonly secondsSinceLoad: number;
  /** What the overdue generations have coming of this lane's time; negative where they were given more. */
  readonly owedSeconds: number;
  /** Whether a batch size of which too little is known may be tried: once in a while. */
  readonly mayTry: boolean;
}

export interface CostView {
  /** How many times as fast a step of all these rows is as its parts in turn; null where any of it was never measured. */
  speedup(lane: string, ask: Ask, parts: readonly number[]): number | null;
  /** How many steps of so many rows have been measured. */
  runs(lane: string, ask: Ask, rows: number): number;
}

export interface LedgerView {
  /** Until the networks of the ask are loaded there; 0 if they are. */
  loadSeconds(lane: string, ask: Ask): number;
  /** Whether something that is loaded has to go for it. */
  evicts(lane: string, ask: Ask): boolean;
  /** Whether a unit of so many rows has room there, everything else released that can be. */
  fits(lane: string, ask: Ask, rows: number): boolean;
}

export interface Snapshot {
  readonly asks: readonly Ask[];
  readonly lanes: readonly Lane[];
  readonly turns: Turns;
  readonly costs: CostView;
  readonly ledger: LedgerView;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Nothing new starts; what has started goes on. */
  readonly paused: boolean;
}

export interface Grant {
  readonly lane: string;
  readonly stage: UnitStage;
  /** The leader first; more than one only of steps. */
  readonly asks: readonly Ask[];
  /** The lane that computes the second row of a guided step. */
  readonly second: string | null;
  readonly overdue: Overdue;
}

/**
 * What a grant was to the oldest overdue generation that could have used the lane: served on the strength of its share, served
 * because it was the most urgent anyway, or passed over; `none` where there is none.
 */
export type Overdue = 'served' | 'first anyway' | 'passed' | 'none';

export interface PolicySettings {
  /** From its creation until a generation is overdue. */
  readonly patienceSeconds: number;
  /** Of each lane's time, for the oldest that is overdue. */
  readonly overdueShare: number;
  /** A network that took a second to load is kept busy for so many before another takes its place. */
  readonly amortisation: number;
}
export const defaultPolicy: PolicySettings = { patienceSeconds: 300, overdueShare: 0.25, amortisation: 4 };

/** Decides what idle lanes do. */
export type Policy = (snapshot: Snapshot) => Grant[];

/** Grants that may all be carried out at once, in this order; the order of the snapshot's lists is without effect. */
export function plan(snapshot: Snapshot, settings: PolicySettings = defaultPolicy): Grant[] {
  const asks = inOrder(snapshot.asks, snapshot.turns).filter(({ started }) => started || !snapshot.paused);
  const lanes = [...snapshot.lanes].sort((a, b) => (a.id < b.id ? -1 : 1));
  const inPlay = { waiting: new Set(asks), free: new Set(lanes.filter(({ idle }) => idle)) };
  const round: Round = { ...snapshot, asks, lanes, settings, ...inPlay };

  const grants: (readonly [Lane, Ask, Overdue])[] = [];
  const lead = (lane: Lane, ask: Ask, overdue: Overdue): void => {
    grants.push([lane, ask, overdue]);
    round.free.delete(lane);
    round.waiting.delete(ask);
  };
  for (const lane of round.free) {
    const oldest = oldestOverdue(round, lane);
    if (!oldest || lane.owedSeconds < 0 || !bestLane(oldest, round, [lane])) continue;
    lead(lane, oldest, isFirst(oldest, lane, round) ? 'first anyway' : 'served');
  }
  for (const ask of round.waiting) {
    if (round.free.size === 0) break;
    const lane = isHeldBack(ask, round) ? null : bestLane(ask, round, [...round.free]);
    if (!lane) continue;
    const oldest = oldestOverdue(round, lane);
    lead(lane, ask, !oldest ? 'none' : oldest === ask ? 'first anyway' : 'passed');
  }
  return grants.map(([lane, leader, overdue]) => ({ lane: lane.id, overdue, ...fill(lane, leader, overdue, round) }));
}

/** Whether it would have the lane even if it were not overdue. */
function isFirst(ask: Ask, lane: Lane, { asks }: Round): boolean {
  return asks.find(({ home, stage }) => lane.stages.has(stage) && (home === null || home === lane.id)) === ask;
}

/** A plan in the making: who still waits, the most urgent first, and which lanes nobody has yet. */
export interface Round extends Snapshot {
  readonly settings: PolicySettings;
  readonly waiting: Set<Ask>;
  readonly free: Set<Lane>;
}

/** With whom, or on which lanes, the leader takes its unit; or who goes before it in order to take the next one along. */
function fill(lane: Lane, leader: Ask, overdue: Overdue, round: Round): Pick<Grant, 'stage' | 'asks' | 'second'> {
  const alone = { stage: leader.stage, asks: [leader], second: null };
  if (leader.stage !== 'step') return alone;
  const { costs, ledger } = round;
  const options: BatchOptions = { lane: lane.id, costs, ledger, mayTry: lane.mayTry };
  const here = [...round.waiting].filter(({ home, stage }) => stage === 'step' && (home === null || home === lane.id));
  const asks = formBatch(leader, here, options);
  for (const member of asks) round.waiting.delete(member);
  // Not before an overdue generation, which newcomers could keep waiting one after the other.
  const welcome = lane.stages.has('encode-text') && (overdue === 'none' || overdue === 'passed');
  const newcomer = welcome ? newcomerTo(asks, round, options) : undefined;
  if (newcomer) {
    for (const member of asks) round.waiting.add(member);
    round.waiting.delete(newcomer);
    return { stage: newcomer.stage, asks: [newcomer], second: null };
  }
  if (asks.length > 1) return { ...alone, asks };
  const second = [...round.free].find((other) => splitPays(leader, lane, other, round));
  if (second) round.free.delete(second);
  return { ...alone, second: second?.id ?? null };
}

/** Somebody whose text, once encoded on this lane, lets it join the batch. */
function newcomerTo(batch: readonly Ask[], { waiting, ledger }: Round, options: BatchOptions): Ask | undefined {
  return [...waiting].find(
    (ask) => ask.stage === 'encode-text' && !ledger.evicts(options.lane, ask) && wouldJoin(batch, ask, options),
  );
}

/**
 * Where texts have a lane of their own it would encode those of the whole queue in advance. One more than can be denoised is
 * enough to lose no time; the others stay in the queue, where they are still free to go anywhere.
 */
function isHeldBack(ask: Ask, { asks, lanes }: Round): boolean {
  if (ask.started || ask.stage !== 'encode-text') return false;
  if (lanes.some(({ stages }) => stages.has('encode-text') && stages.has('step'))) return false;
  const before = asks.slice(0, asks.indexOf(ask));
  return before.some(({ stage, started, home }) => stage === 'step' && started && home === null);
}
