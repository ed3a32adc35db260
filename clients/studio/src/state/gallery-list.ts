import type { Generation } from '@reelql/sdk';

/** What the gallery keeps of a generation to lay it out; the rest is in the cache, and read by the tiles that are on screen. */
export interface Item {
  readonly id: string;
  readonly createdAt: string;
  /** Width over height. */
  readonly aspect: number;
}

export function itemOf({ id, createdAt, settings, outputs }: Generation): Item {
  const { width, height } = outputs.crop ?? settings;
  return { id, createdAt, aspect: width / height };
}

/** As the server orders them: the newest first. */
function isNewer(a: Item, b: Item): boolean {
  return a.createdAt > b.createdAt || (a.createdAt === b.createdAt && a.id > b.id);
}

/**
 * Takes over a fresh first page. It is the truth for its stretch of time: what it has is there, what it lacks is gone or fits the filter no
 * longer. What is older stays.
 */
export function withFirstPage(items: readonly Item[], page: readonly Item[], complete: boolean): readonly Item[] {
  const last = page.at(-1);
  if (complete || last === undefined) return same(items, page);
  const fresh = new Set(page.map(({ id }) => id));
  const first = items[0];
  const meets = first === undefined || items.some(({ id }) => fresh.has(id)) || !isNewer(last, first);
  // So much is new that the page does not reach back to what is known: what lies between must be fetched from the page on.
  if (!meets) return page;
  const older = items.filter((item) => !fresh.has(item.id) && isNewer(last, item));
  return same(items, [...page, ...older]);
}

export function withNextPage(items: readonly Item[], page: readonly Item[]): readonly Item[] {
  const known = new Set(items.map(({ id }) => id));
  return [...items, ...page.filter(({ id }) => !known.has(id))];
}

/** Nothing is laid out anew where nothing changed. */
function same(before: readonly Item[], after: readonly Item[]): readonly Item[] {
  const equal =
    before.length === after.length &&
    before.every(({ id, aspect }, index) => after[index]?.id === id && after[index]?.aspect === aspect);
  return equal ? before : after;
}
