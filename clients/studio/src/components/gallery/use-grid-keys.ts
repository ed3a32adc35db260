import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import type { Item } from '../../state/gallery-list.js';
import { type Row, verticalNeighbour } from '../../state/justify.js';
import { navigate } from '../../state/route.js';
import { extended, selection, toggled } from '../../state/selection.js';
import type { CellActions } from './gallery-cell.js';

/** The keyboard in the grid: arrows move, with Shift they select, Space selects one, Ctrl+A all that are loaded, Enter opens. */
export function useGridKeys(items: readonly Item[], rows: readonly Row[], scrollToRow: (row: number) => void) {
  const latest = useRef({ items, rows });
  latest.current = { items, rows };
  const [moved, setMoved] = useState<string | null>(null);

  const actions = useMemo<CellActions>(() => {
    const order = () => latest.current.items.map(({ id }) => id);
    return {
      open: (id) => navigate({ name: 'detail', id }),
      toggle: (id) => selection.set((before) => toggled(before, id)),
      extend: (id) => selection.set((before) => extended(before, id, order())),
      focus: (id) => {
        // It has arrived: a tile that is scrolled back into the page later must not take the focus again.
        setMoved(null);
        selection.set((before) => (before.focused === id ? before : { ...before, focused: id }));
      },
    };
  }, []);

  const onKeyDown = (event: KeyboardEvent) => {
    // The buttons on a tile have keys of their own.
    if (!(event.target instanceof HTMLAnchorElement)) return;
    const { focused } = selection.get();
    const at = items.findIndex(({ id }) => id === focused);
    const id = items[at]?.id;
    const to = destination(event.key, at, items.length, rows);
    if (to !== null) {
      const next = items[to]?.id;
      if (next === undefined) return;
      event.preventDefault();
      if (event.shiftKey) actions.extend(next);
      else actions.focus(next);
      scrollToRow(rows.findIndex(({ start, end }) => to >= start && to < end));
      setMoved(next);
    } else if (event.key === ' ' && id !== undefined) {
      event.preventDefault();
      actions.toggle(id);
    } else if (event.key === 'Enter' && id !== undefined && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      actions.open(id);
    } else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      selection.set((before) => ({ ...before, selected: items.map((item) => item.id) }));
    }
  };
  return { actions, onKeyDown, moved };
}

function destination(key: string, at: number, count: number, rows: readonly Row[]): number | null {
  const inside = (index: number) => Math.max(0, Math.min(count - 1, index));
  switch (key) {
    case 'ArrowLeft':
      return inside(at - 1);
    case 'ArrowRight':
      return inside(at + 1);
    case 'ArrowUp':
      return verticalNeighbour(rows, at, -1);
    case 'ArrowDown':
      return verticalNeighbour(rows, at, 1);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}
