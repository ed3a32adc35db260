import { startTransition, useCallback, useLayoutEffect, useRef, useState } from 'react';
import { type Row, rowsBetween } from '../../state/justify.js';

/** Pixels above and below the screen in which rows stay in the page: what comes into sight has its picture by then. */
const margin = 600;
/** Room for the page's header above, and for air below, what the keyboard scrolls to. */
const headerHeight = 76;
const air = 24;

/**
 * Which rows are on the screen or near it, from the first up to the end; the component renders again only when they are others.
 * @param top where the first row begins on the page
 */
export function useVisibleRows(rows: readonly Row[], top: number) {
  const [[first, end], setRange] = useState<readonly [number, number]>([0, 0]);
  const wanted = useRef('');
  useLayoutEffect(() => {
    const look = () => {
      const above = scrollY - top;
      const range = rowsBetween(rows, above - margin, above + innerHeight + margin);
      if (`${range}` === wanted.current) return;
      wanted.current = `${range}`;
      setRange(range);
    };
    // In slices between frames: the margin gives them time.
    const lookAhead = () => startTransition(look);
    look();
    addEventListener('scroll', lookAhead, { passive: true });
    addEventListener('resize', look);
    return () => {
      removeEventListener('scroll', lookAhead);
      removeEventListener('resize', look);
    };
  }, [rows, top]);
  const scrollToRow = useCallback(
    (index: number) => {
      const row = rows[index];
      if (!row) return;
      const highest = top + row.top - headerHeight;
      const lowest = top + row.top + row.height + air - innerHeight;
      if (scrollY > highest) scrollTo({ top: highest });
      else if (scrollY < lowest) scrollTo({ top: lowest });
    },
    [rows, top],
  );
  return { first, end, scrollToRow };
}
