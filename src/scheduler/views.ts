import type { Asker } from './asker.js';
import { componentOf, type Lane } from './lane.js';
import type { Ask, CostView, LedgerView } from './policy.js';
import { needOf, rowsOn } from './room.js';
import { componentBytes, stepWork } from './work.js';

/** Whom the policy's names mean. */
export interface Parties {
  readonly lanes: ReadonlyMap<string, Lane>;
  readonly askers: ReadonlyMap<string, Asker>;
}

/** What a lane's device knows of the seconds, in the policy's terms. */
export function costView(parties: Parties): CostView {
  const unit = (ask: Ask, rows: number) => {
    const { job, model } = askerOf(parties, ask);
    const { count: _, ...work } = stepWork(job.settings, model.manifest, rows);
    return { model: job.model, ...work };
  };
  return {
    runs: (lane, ask, rows) => laneOf(parties, lane).device.costs.samples(unit(ask, rows)),
    speedup: (lane, ask, parts) => {
      const rows = parts.reduce((sum, part) => sum + part, 0);
      return laneOf(parties, lane).device.costs.speedup(unit(ask, rows), parts);
    },
  };
}

/** Where nobody knows what loading takes, a guess that keeps networks from being swapped lightly. */
const unknownLoadSeconds = 5;

/** What a lane's device knows of its memory, in the policy's terms. */
export function ledgerView(parties: Parties): LedgerView {
  const admit = (lane: Lane, ask: Ask, rows: number) =>
    lane.device.ledger.admit(needOf(lane, askerOf(parties, ask), ask.stage, rows));
  return {
    loadSeconds: (id, ask) => {
      const lane = laneOf(parties, id);
      const { job, model } = askerOf(parties, ask);
      if (lane.holds(job.model, ask.stage)) return 0;
      const bytes = componentBytes(model.manifest, componentOf[ask.stage]);
      const cost = { model: job.model, kind: 'load', size: bytes, rows: 1, effort: bytes } as const;
      return lane.device.costs.seconds(cost) ?? unknownLoadSeconds;
    },
    evicts: (id, ask) => {
      const admission = admit(laneOf(parties, id), ask, ask.rows);
      return !admission.admitted || admission.release.length > 0;
    },
    fits: (id, ask, rows) => {
      const lane = laneOf(parties, id);
      // Rows of several generations one after the other would be no batch.
      if (rows > ask.rows && rowsOn(lane, askerOf(parties, ask), rows) < rows) return false;
      const admission = admit(lane, ask, rows);
      if (admission.admitted) return true;
      // Nothing will end that could make more room. Alone it is tried all the same: predictions are on the safe side.
      return rows === ask.rows && lane.device.lanes.every(({ busyWith }) => busyWith.length === 0);
    },
  };
}

function laneOf({ lanes }: Parties, id: string): Lane {
  return lanes.get(id) as Lane;
}

function askerOf({ askers }: Parties, { generationId }: Ask): Asker {
  return askers.get(generationId) as Asker;
}
