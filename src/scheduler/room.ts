import type { UnitKind } from '../execution/protocol.js';
import type { Asker, Pending } from './asker.js';
import type { UsedAlone } from './device-book.js';
import { UnitFailed } from './failures.js';
import { codecNeeds, pictureNeed, rowsAtOnce, stepNeed } from './fit.js';
import { componentOf, type Lane, type UnitDone } from './lane.js';
import type { LoadedComponent, Need, UnitMemory } from './ledger.js';
import type { UnitStage } from './policy.js';
import { componentBytes } from './work.js';

/** More than closing sessions takes. */
const releaseSeconds = 5;

/** There is room only when another unit has ended. */
export class NoRoom extends Error {
  override readonly name = 'NoRoom';
}

/** Held in a device's ledger while a unit runs. */
export interface Room {
  readonly loadSeconds: number;
  /** Of a step, that there is room for. */
  readonly rowsAtOnce: number;
  /** The unit has ended; told what it needed if it ended well. The second time nothing happens. */
  end(done?: Pick<UnitDone<UnitKind>, 'heldBytes' | 'peakBytes' | 'leftBytes'>): void;
}

/** What a unit of this stage needs on a lane's device. */
export function needOf(lane: Lane, { job, model }: Pick<Asker, 'job' | 'model'>, stage: UnitStage, rows: number): Need {
  const { kind } = lane.device.device;
  if (stage === 'step') return stepNeed(job.settings, model.manifest, kind, rowsOn(lane, { job, model }, rows));
  if (stage === 'encode-image') return pictureNeed(job.settings, model.manifest, kind);
  const needs = codecNeeds(job.settings, model.manifest, kind);
  return needs.find(({ component }) => component === componentOf[stage]) as Need;
}

/** Of a step of so many rows, those that the lane's device computes at once. */
export function rowsOn({ device }: Lane, { job, model }: Pick<Asker, 'job' | 'model'>, rows: number): number {
  return rowsAtOnce(job.settings, model.manifest, { kind: device.device.kind, ledger: device.ledger }, rows);
}

/**
 * Makes room for a unit, loads its network if that is not loaded, and holds both in the ledger.
 * @throws NoRoom, UnitFailed
 */
export async function takeRoom(lane: Lane, { asker, stage }: Pending, rows: number): Promise<Room> {
  const { ledger } = lane.device;
  const rowsNow = rowsOn(lane, asker, rows);
  const need = needOf(lane, asker, stage, rowsNow);
  const isLoaded = ledger.holds(need.model, need.component);
  // A neighbour may have come or gone since the last unit; what is loaded already has its place.
  if (!isLoaded) lane.device.observeMemory();
  await makeRoom(lane, need);
  // Before the loading itself, so that nobody else is promised the same room.
  if (!isLoaded) ledger.loaded({ ...need, directory: asker.model.directory });
  ledger.begin(need);
  const loadSeconds = isLoaded ? 0 : await load(lane, asker, need);
  const before = lane.device.usedAlone(lane);
  let ended = false;
  return {
    loadSeconds,
    rowsAtOnce: rowsNow,
    end(done) {
      if (ended) return;
      ended = true;
      // The encoder is closed by then, and what it took is free again.
      if (need.part === 'encoder') return ledger.end(need, null);
      const memory = done ? measured(done) : null;
      if (memory || !done) ledger.end(need, memory);
      else endByDifference(lane, need, before);
    },
  };
}

/** After a unit has run out of memory: the ledger learns, and what the lane holds is opened anew for the next try. */
export async function learnOutOfMemory(lane: Lane, { asker, stage }: Pending, rows: number): Promise<void> {
  const { ledger } = lane.device;
  ledger.endOutOfMemory(needOf(lane, asker, stage, rows));
  for (const entry of ledger.entries) {
    if (lane.components.includes(entry.component)) await release(lane, entry);
  }
}

async function makeRoom(lane: Lane, need: Need): Promise<void> {
  const { device } = lane;
  for (;;) {
    const admission = device.ledger.admit(need);
    if (!admission.admitted && device.lanes.some((other) => other !== lane && other.busyWith.length > 0)) {
      throw new NoRoom();
    }
    // Where not even that is enough it is tried all the same: predictions are on the safe side.
    const others = device.ledger.entries.filter((one) => one.model !== need.model || one.component !== need.component);
    const [victim] = admission.admitted ? admission.release : others;
    if (!victim) return;
    await release(device.laneOf(victim.component) ?? lane, victim);
  }
}

async function release(lane: Lane, { directory, ...entry }: LoadedComponent): Promise<void> {
  try {
    await lane.run<'release'>({ kind: 'release', bundle: directory, component: entry.component }, releaseSeconds);
  } catch (error) {
    // With the executor everything that it had loaded has gone.
    if (!(error instanceof UnitFailed) || !error.lost) throw error;
  }
  lane.device.ledger.released(entry);
}

async function load(lane: Lane, { job, model }: Asker, need: Need): Promise<number> {
  const { ledger, costs } = lane.device;
  const { component, bytes } = need;
  const stored = componentBytes(model.manifest, component);
  const cost = { model: job.model, kind: 'load', size: stored, rows: 1, effort: stored } as const;
  try {
    // Or an arena would grow into what is left to others. What is tried without room for it may have what it needs.
    const memoryBytes = Math.ceil(Math.max(ledger.capacityBytes, bytes + ledger.peaks.predict(need).bytes));
    const unit = { kind: 'load', bundle: model.directory, component, memoryBytes } as const;
    const { seconds, result } = await lane.load(unit, stored, costs.predict(cost)?.highSeconds ?? null);
    lane.runsAside = result.runsAside;
    costs.observe(cost, seconds);
    return seconds;
  } catch (error) {
    ledger.released({ model: job.model, component });
    throw error;
  }
}

/**
 * Where the driver does not tell processes apart (a container's pids are not its own), what a unit needs is seen in the whole
 * device's memory, as long as no other lane works there. More than is reckoned, which is generous, may be a neighbour's.
 */
function endByDifference(lane: Lane, need: Need, before: UsedAlone | null): void {
  const { ledger } = lane.device;
  const after = before && lane.device.usedAlone(lane, before);
  if (!before || !after) return ledger.end(need, null);
  const memory = { heldBytes: before.usedBytes, peakBytes: after.usedBytes, leftBytes: after.usedBytes };
  ledger.end(need, memory, after.usedBytes - before.usedBytes <= need.modeledBytes);
}

function measured({ heldBytes, peakBytes, leftBytes }: Parameters<Room['end']>[0] & object): UnitMemory | null {
  if (heldBytes === null || peakBytes === null || leftBytes === null) return null;
  return { heldBytes, peakBytes, leftBytes };
}
