import { Store, useStore } from './store.js';

export interface Selection {
  /** The tile that the keyboard is at: what hotkeys act on while nothing is selected. */
  readonly focused: string | null;
  /** In the order in which they were chosen. */
  readonly selected: readonly string[];
  /** Where a range begins. */
  readonly anchor: string | null;
}

export const nothingSelected: Selection = { focused: null, selected: [], anchor: null };

/** One more, or one less; the next range begins there. */
export function toggled(selection: Selection, id: string): Selection {
  const { selected } = selection;
  const next = selected.includes(id) ? selected.filter((other) => other !== id) : [...selected, id];
  return { focused: id, selected: next, anchor: id };
}

/** All from the anchor to the id, in the order of the gallery; the anchor stays. */
export function extended(selection: Selection, id: string, order: readonly string[]): Selection {
  const anchor = selection.anchor ?? selection.focused ?? id;
  const from = order.indexOf(anchor);
  const to = order.indexOf(id);
  if (from === -1 || to === -1) return { focused: id, selected: [id], anchor: id };
  const range = order.slice(Math.min(from, to), Math.max(from, to) + 1);
  return { focused: id, selected: range, anchor };
}

/** Those that are gone are no longer chosen. */
export function without(selection: Selection, ids: ReadonlySet<string>): Selection {
  const keep = (id: string | null) => (id !== null && ids.has(id) ? null : id);
  const { focused, selected, anchor } = selection;
  return { focused: keep(focused), selected: selected.filter((id) => !ids.has(id)), anchor: keep(anchor) };
}

export const selection = new Store<Selection>(nothingSelected);

export const useSelection = () => useStore(selection);

export const clearSelection = () => selection.set(({ focused }) => ({ ...nothingSelected, focused }));

/** What a command means: the selected ones, else the one that the keyboard is at. */
export function subjectsOf({ selected, focused }: Selection): readonly string[] {
  if (selected.length > 0) return selected;
  return focused === null ? [] : [focused];
}
