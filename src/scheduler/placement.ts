import type { Ask, Lane, Round } from './policy.js';
import { oldestOverdue } from './ranking.js';

/**
 * Of these lanes the one that costs the ask least: where its network is loaded, among such lanes where its state lies, and among
 * those one on a device that does nothing else. Null if it had better wait.
 */
export function bestLane(ask: Ask, round: Round, lanes: readonly Lane[]): Lane | null {
  const load = (lane: Lane): number => round.ledger.loadSeconds(lane.id, ask);
  const move = (lane: Lane): number => (ask.home === null || ask.home === lane.id ? 0 : 1);
  const neighbours = ({ device }: Lane): number =>
    round.lanes.filter((other) => other.device === device && !round.free.has(other)).length;
  const [best] = lanes
    .filter((lane) => canRun(ask, lane, round) && isWorthLoading(ask, lane, round))
    .sort((a, b) => load(a) - load(b) || move(a) - move(b) || neighbours(a) - neighbours(b));
  return best ?? null;
}

function canRun(ask: Ask, lane: Lane, round: Round): boolean {
  if (ask.kind !== null && ask.kind !== lane.kind) return false;
  return lane.stages.has(ask.stage) && isWithinReach(ask, lane, round) && round.ledger.fits(lane.id, ask, ask.rows);
}

/** Between two steps a state can leave its lane, by way of the disk, unless the lane is busy with others. */
function isWithinReach(ask: Ask, lane: Lane, { lanes }: Round): boolean {
  if (ask.home === null || ask.home === lane.id) return true;
  return canEverReach(ask, lane.id) && lanes.some(({ id, idle }) => id === ask.home && idle);
}

function canEverReach({ home, stage }: Ask, laneId: string): boolean {
  return home === null || home === laneId || stage === 'step';
}

/**
 * Loading for an ask pays where there is room for it, unless what is left of the generation takes no longer than that and another
 * lane has it loaded. Where another's network has to go, it pays
 * - if nobody waits for that one, or it has been kept busy for a multiple of what the loading takes;
 * - for an overdue generation to which as much is owed: where others go on taking the lane from one another, nothing is ever busy
 *   for so long;
 * - for a higher priority, unless the other will have ended before the loading has;
 * - for a shorter generation, if it ends, loading there and back included, before the other.
 */
function isWorthLoading(ask: Ask, lane: Lane, round: Round): boolean {
  const { ledger, lanes, waiting, settings } = round;
  const load = ledger.loadSeconds(lane.id, ask);
  if (load === 0) return true;
  if (!ledger.evicts(lane.id, ask)) {
    const isLoaded = lanes.some(({ id, stages }) => {
      return stages.has(ask.stage) && canEverReach(ask, id) && ledger.loadSeconds(id, ask) === 0;
    });
    return !isLoaded || ask.secondsLeft === null || ask.secondsLeft > load;
  }
  const isReady = (other: Ask): boolean => canRun(other, lane, round) && ledger.loadSeconds(lane.id, other) === 0;
  const rival = [...waiting].find((other) => other !== ask && isReady(other));
  if (!rival || lane.secondsSinceLoad >= settings.amortisation * load) return true;
  if (lane.owedSeconds >= settings.overdueShare * settings.amortisation * load && oldestOverdue(round, lane) === ask) {
    return true;
  }
  if (ask.priority > rival.priority) return rival.secondsLeft === null || rival.secondsLeft > load;
  return isShorter(ask, rival, 2 * load);
}

function isShorter(ask: Ask, other: Ask, extraSeconds: number): boolean {
  return ask.secondsLeft !== null && other.secondsLeft !== null && ask.secondsLeft + extraSeconds < other.secondsLeft;
}
