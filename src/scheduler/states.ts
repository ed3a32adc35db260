import { type Asker, ConditioningMissing, type Pending, requestOf } from './asker.js';
import { UnitFailed } from './failures.js';
import type { Lane } from './lane.js';
import { stateBytes } from './memory-model.js';
import type { Residence } from './residence.js';

/** More than a unit takes that reads or writes a file of a few megabytes. */
export const fileSeconds = 1;

/**
 * Makes sure that the lane has the state at the asker's step, or where that is lost, at an earlier one. From another lane it comes
 * by way of the disk.
 * @returns steps done by what had to be opened; null where it was open
 * @throws ConditioningMissing, UnitFailed
 */
export async function openState(residence: Residence, lane: Lane, { job, model, step }: Asker): Promise<number | null> {
  const { generationId } = job;
  if (residence.isAt(generationId, lane, step)) return null;
  try {
    const from = residence.laneAt(generationId, step);
    await from?.run<'checkpoint'>({ kind: 'checkpoint', generationIds: [generationId] }, fileSeconds);
  } catch (error) {
    // Then an earlier checkpoint has to do.
    if (!(error instanceof UnitFailed) || !error.lost) throw error;
  }
  const unit = { kind: 'open', generationId, bundle: model.directory, request: requestOf(job) } as const;
  const { result } = await lane.run<'open'>(unit, fileSeconds);
  if (result.step === null) {
    throw new ConditioningMissing(`generation ${generationId} lacks an embedding or its first frame`);
  }
  residence.open(generationId, lane, result.step, stateBytes(job.settings, model.manifest));
  return result.step;
}

/**
 * Before these take a step on a lane: what is left of them on others falls behind and is dropped, and of those that wait on this
 * one, because they were preempted, as many go to disk as there is no room for, first those that have waited for longest.
 */
export async function tidyStates(
  residence: Residence,
  lane: Lane,
  second: Lane | null,
  members: readonly Pending[],
): Promise<void> {
  const ids = members.map(({ asker }) => asker.job.generationId);
  for (const id of ids) {
    for (const other of residence.elsewhere(id, lane)) if (other !== second) await drop(residence, other, id);
  }
  for (const id of residence.surplus(lane, lane.device.stateRoomBytes)) {
    if (ids.includes(id)) continue;
    await lane.run<'checkpoint'>({ kind: 'checkpoint', generationIds: [id] }, fileSeconds);
    await drop(residence, lane, id);
  }
}

async function drop(residence: Residence, lane: Lane, generationId: string): Promise<void> {
  residence.drop(generationId, lane);
  await lane.forget([generationId]);
}
