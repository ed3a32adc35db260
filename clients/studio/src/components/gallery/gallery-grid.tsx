import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useTranslate } from '../../i18n/index.js';
import { gallery } from '../../state/gallery.js';
import type { Item } from '../../state/gallery-list.js';
import { justify, type Row } from '../../state/justify.js';
import { usePreferences } from '../../state/preferences.js';
import { useSelection } from '../../state/selection.js';
import { GalleryCell } from './gallery-cell.js';
import styles from './gallery-grid.module.css';
import { useGridKeys } from './use-grid-keys.js';
import { useVisibleRows } from './use-visible-rows.js';

const rowHeights = { small: 132, medium: 196, large: 300 } as const;
const gap = 10;

/** The videos in rows of one height, as many of them in the page as fit on the screen and a little more. */
export function GalleryGrid({ items }: { items: readonly Item[] }) {
  const t = useTranslate();
  const { tileSize } = usePreferences();
  const { selected, focused } = useSelection();
  const [grid, { width, top }] = useBox();
  const target = Math.min(rowHeights[tileSize], width * 0.62);
  const rows = useMemo(
    () =>
      width === 0
        ? []
        : justify(
            items.map(({ aspect }) => aspect),
            { width, target, gap },
          ),
    [items, width, target],
  );
  const { first, end, scrollToRow } = useVisibleRows(rows, top);
  useEffect(() => {
    if (end >= rows.length - 3) void gallery.more();
  }, [end, rows.length]);
  const { actions, onKeyDown, moved } = useGridKeys(items, rows, scrollToRow);
  const chosen = useMemo(() => new Set(selected), [selected]);
  const stop = useMemo(
    () => (focused !== null && items.some(({ id }) => id === focused) ? focused : items[0]?.id),
    [items, focused],
  );
  return (
    <div
      ref={grid}
      id="videos"
      role="grid"
      tabIndex={-1}
      aria-label={t('gallery.title')}
      aria-multiselectable="true"
      aria-rowcount={rows.length}
      className={styles.grid}
      style={{ height: bottomOf(rows) }}
      onKeyDown={onKeyDown}
    >
      {rows.slice(first, end).map((row, index) => (
        <div
          key={items[row.start]?.id}
          role="row"
          aria-rowindex={first + index + 1}
          className={styles.row}
          style={{ top: row.top, height: row.height }}
        >
          {items.slice(row.start, row.end).map(({ id }, column) => (
            <GalleryCell
              key={id}
              id={id}
              column={column + 1}
              left={row.cells[column]?.left ?? 0}
              width={row.cells[column]?.width ?? 0}
              tabbable={id === stop}
              takeFocus={id === moved}
              focused={id === focused}
              selected={chosen.has(id)}
              selecting={chosen.size > 0}
              actions={actions}
            />
          ))}
        </div>
      ))}
    </div>
  );
}

function bottomOf(rows: readonly Row[]): number {
  const last = rows.at(-1);
  return last ? last.top + last.height : 0;
}

/** The width of an element and where it begins on the page, followed as the window and what is above it change. */
function useBox() {
  const ref = useRef<HTMLDivElement>(null);
  const [box, setBox] = useState({ width: 0, top: 0 });
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const measure = () => {
      const { width, top } = element.getBoundingClientRect();
      const next = { width: Math.floor(width), top: Math.round(top + scrollY) };
      setBox((before) => (before.width === next.width && before.top === next.top ? before : next));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    observer.observe(document.body);
    measure();
    return () => observer.disconnect();
  }, []);
  return [ref, box] as const;
}
