import type { Ask, CostView, Lane, LedgerView, Round } from './policy.js';

/** How much faster than its parts in turn a batch has to be: a tenth, for all its members wait for the whole. */
export const batchMargin = 0.1;

/** The first run of a size prepares memory and kernels: when it is too slow, only the second can be believed. */
const runsToBelieve = 2;

export interface BatchOptions {
  readonly lane: string;
  readonly costs: CostView;
  readonly ledger: LedgerView;
  /** Whether a size of which too little is known may be tried now. */
  readonly mayTry: boolean;
}

/**
 * The generations to take the next step together with the leader, which comes first. Each is let in only where the measured
 * curve says that the larger batch beats what it is made of, one after the other, and where the ledger has room for it. One size
 * of which too little is known is tried at a time, or there would never be a curve.
 * @param candidates step asks that could run on this lane now, the more urgent first.
 */
export function formBatch(leader: Ask, candidates: readonly Ask[], options: BatchOptions): Ask[] {
  const batch = [leader];
  if (!sharesSteps(leader)) return batch;
  for (const candidate of candidates) {
    if (!canJoin(leader, candidate)) continue;
    const verdict = judge(batch, candidate, options);
    if (verdict === 'no') continue;
    batch.push(candidate);
    if (verdict === 'try') break;
  }
  return batch;
}

/** Whether a generation that is about to be ready to step would be let into the leader's batch. */
export function wouldJoin(batch: readonly Ask[], newcomer: Ask, options: BatchOptions): boolean {
  const leader = batch[0] as Ask;
  return sharesSteps(leader) && canJoin(leader, newcomer) && judge(batch, newcomer, options) !== 'no';
}

/**
 * Whether a second lane, of another device, shortens a guided step by computing one of its two rows. It does where a row alone
 * takes less than both together; on a device with time to spare both may take as long as one.
 */
export function splitPays(leader: Ask, lane: Lane, second: Lane, { costs, ledger, settings }: Round): boolean {
  if (!sharesSteps(leader) || leader.rows !== 2) return false;
  if (second.device === lane.device || second.kind !== lane.kind || !second.stages.has('step')) return false;
  if (ledger.evicts(second.id, leader) || !ledger.fits(second.id, leader, 1)) return false;
  const load = ledger.loadSeconds(second.id, leader);
  if (leader.secondsLeft !== null && leader.secondsLeft < settings.amortisation * load) return false;
  const speedup = costs.speedup(lane.id, leader, [1, 1]);
  if (speedup !== null && (2 / speedup) * (1 - batchMargin) > 1) return true;
  return lane.mayTry && costs.runs(lane.id, leader, 1) < runsToBelieve;
}

/** Rows of one batch are of one network and one size. The less urgent must not slow the more urgent down. */
function canJoin(leader: Ask, other: Ask): boolean {
  return (
    other !== leader &&
    sharesSteps(other) &&
    (other.kind === null || leader.kind === null || other.kind === leader.kind) &&
    other.model === leader.model &&
    other.shape === leader.shape &&
    other.priority === leader.priority
  );
}

function sharesSteps({ batching, alone }: Ask): boolean {
  return batching === 'AUTO' && !alone;
}

function judge(batch: readonly Ask[], candidate: Ask, options: BatchOptions): 'yes' | 'try' | 'no' {
  const { lane, costs, ledger, mayTry } = options;
  const leader = batch[0] as Ask;
  const before = batch.reduce((sum, { rows }) => sum + rows, 0);
  const rows = before + candidate.rows;
  if (!ledger.fits(lane, leader, rows)) return 'no';
  // What the parts take must be known first; it is as soon as each has run by itself.
  if (costs.runs(lane, leader, before) === 0 || costs.runs(lane, leader, candidate.rows) === 0) return 'no';
  const speedup = costs.speedup(lane, leader, [before, candidate.rows]);
  if (speedup !== null && speedup * (1 - batchMargin) > 1) return 'yes';
  return mayTry && costs.runs(lane, leader, rows) < runsToBelieve ? 'try' : 'no';
}
