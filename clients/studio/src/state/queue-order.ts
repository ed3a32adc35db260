export interface Queued {
  readonly id: string;
  readonly priority: number;
  readonly createdAt: string;
}

export const highestPriority = 100;
export const lowestPriority = -100;

/**
 * The priorities that bring a waiting generation to another place, as few changes as possible: of equal ones the older goes first, so those
 * in front of it may have to go up as well.
 * @param queue the next one first
 * @param to its index afterwards
 */
export function prioritiesAfterMove(queue: readonly Queued[], id: string, to: number): ReadonlyMap<string, number> {
  const moved = queue.find((one) => one.id === id);
  if (!moved || queue.indexOf(moved) === to) return new Map();
  const order = queue.filter((one) => one !== moved);
  order.splice(to, 0, moved);
  const below = order[to + 1];
  const above = order[to - 1];
  const wanted = below ? least(moved, below, below.priority) : Math.min(moved.priority, most(above, moved));
  const priorities = new Map([[id, clamped(wanted)]]);
  let next = { one: moved, priority: clamped(wanted) };
  for (const one of order.slice(0, to).reverse()) {
    const priority = Math.max(one.priority, clamped(least(one, next.one, next.priority)));
    if (priority !== one.priority) priorities.set(one.id, priority);
    next = { one, priority };
  }
  if (priorities.get(id) === moved.priority) priorities.delete(id);
  return priorities;
}

/** The least priority with which one goes before another. */
function least(one: Queued, other: Queued, priority: number): number {
  return isOlder(one, other) ? priority : priority + 1;
}

/** The most with which one goes behind another. */
function most(above: Queued | undefined, one: Queued): number {
  if (!above) return one.priority;
  return isOlder(above, one) ? above.priority : above.priority - 1;
}

const isOlder = (one: Queued, other: Queued) =>
  one.createdAt < other.createdAt || (one.createdAt === other.createdAt && one.id < other.id);

const clamped = (priority: number) => Math.max(lowestPriority, Math.min(highestPriority, priority));
