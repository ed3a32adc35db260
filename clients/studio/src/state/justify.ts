/** A row of the gallery: items from `start` up to `end`, all of one height, as wide together as the gallery. Pixels. */
export interface Row {
  readonly start: number;
  readonly end: number;
  readonly top: number;
  readonly height: number;
  /** Left edge and width of each. */
  readonly cells: readonly { readonly left: number; readonly width: number }[];
}

/**
 * Lays items out in rows, each scaled so that it fills the width at about the target height. The last row, and one of few tall pictures,
 * is left as it is rather than blown up beyond `tallest` times the target.
 * @param aspects width over height of each item
 */
export function justify(
  aspects: readonly number[],
  { width, target, gap, tallest = 1.35 }: { width: number; target: number; gap: number; tallest?: number },
): readonly Row[] {
  const rows: Row[] = [];
  let top = 0;
  for (let start = 0; start < aspects.length; ) {
    let end = start;
    let sum = 0;
    // Another one as long as the row stays higher than the target, or comes nearer to it.
    while (end < aspects.length) {
      const next = sum + (aspects[end] ?? 1);
      const height = (width - gap * (end - start)) / next;
      const before = end === start ? Number.POSITIVE_INFINITY : (width - gap * (end - start - 1)) / sum;
      if (height < target && Math.abs(before - target) <= Math.abs(height - target)) break;
      sum = next;
      end += 1;
      if (height < target) break;
    }
    const full = (width - gap * (end - start - 1)) / sum;
    const open = end === aspects.length && full > target;
    const height = Math.round(open ? Math.min(full, target) : Math.min(full, target * tallest));
    let left = 0;
    const cells = aspects.slice(start, end).map((aspect, index) => {
      const isLast = index === end - start - 1;
      // Rounded widths need not add up: the last one takes the rest.
      const cell = { left, width: isLast && height >= Math.floor(full) ? width - left : Math.round(aspect * height) };
      left += cell.width + gap;
      return cell;
    });
    rows.push({ start, end, top, height, cells });
    top += height + gap;
    start = end;
  }
  return rows;
}

/** Those of the rows that reach into a stretch of the page, from the first up to the end. */
export function rowsBetween(rows: readonly Row[], from: number, to: number): readonly [first: number, end: number] {
  const first = firstIndex(rows, ({ top, height }) => top + height > from);
  return [
    first,
    Math.max(
      first,
      firstIndex(rows, ({ top }) => top >= to),
    ),
  ];
}

/** Of the first row for which something holds that holds for all after it; their number if it holds for none. */
function firstIndex(rows: readonly Row[], holds: (row: Row) => boolean): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(rows[middle] as Row)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The item above or below another: in the next row, where its middle is. Itself at the edge. */
export function verticalNeighbour(rows: readonly Row[], index: number, step: -1 | 1): number {
  const at = rows.findIndex(({ start, end }) => index >= start && index < end);
  const row = rows[at];
  const next = rows[at + step];
  const cell = row?.cells[index - row.start];
  if (!row || !next || !cell) return index;
  const middle = cell.left + cell.width / 2;
  const distance = ({ left, width }: { left: number; width: number }) => Math.abs(left + width / 2 - middle);
  const nearest = next.cells.reduce((best, other, i) => {
    const current = next.cells[best];
    return current && distance(current) <= distance(other) ? best : i;
  }, 0);
  return next.start + nearest;
}
