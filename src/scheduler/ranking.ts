import { places, type Turns } from './fairness.js';
import type { Ask, Lane, Round } from './policy.js';

/**
 * The most urgent first: by priority; then by whose client's turn it is; among one client's, the one that will have ended first,
 * where that is known of all of them, else the oldest. (Shortest remaining first with some lengths unknown is no order: of three
 * each could be before the next.) What runs does not change places because it runs: what is left of it only shrinks.
 */
export function inOrder(asks: readonly Ask[], turns: Turns): Ask[] {
  const place = places(turns);
  const placeOf = ({ client }: Ask): number => place.get(client) ?? turns.length;
  const unsure = new Set(asks.filter(({ secondsLeft }) => secondsLeft === null).map(groupOf));
  const lengthOf = (ask: Ask): number => (unsure.has(groupOf(ask)) ? 0 : (ask.secondsLeft as number));
  return [...asks].sort(
    (a, b) =>
      b.priority - a.priority ||
      placeOf(a) - placeOf(b) ||
      lengthOf(a) - lengthOf(b) ||
      a.createdAt - b.createdAt ||
      (a.generationId < b.generationId ? -1 : 1),
  );
}

/** Of those that wait for something this lane can do now, the one that has been overdue for longest. */
export function oldestOverdue({ waiting, now, settings }: Round, lane: Lane): Ask | undefined {
  let oldest: Ask | undefined;
  for (const ask of waiting) {
    if (now - ask.createdAt < 1000 * settings.patienceSeconds) continue;
    if (ask.kind !== null && ask.kind !== lane.kind) continue;
    if (!lane.stages.has(ask.stage) || (ask.home !== null && ask.home !== lane.id)) continue;
    if (!oldest || ask.createdAt < oldest.createdAt) oldest = ask;
  }
  return oldest;
}

function groupOf({ priority, client }: Ask): string {
  return `${priority} ${client}`;
}
