import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Item, withFirstPage, withNextPage } from '../../clients/studio/src/state/gallery-list.js';
import { justify, rowsBetween, verticalNeighbour } from '../../clients/studio/src/state/justify.js';
import { extended, nothingSelected, toggled, without } from '../../clients/studio/src/state/selection.js';

/** The newest has the highest number. */
const item = (n: number): Item => ({ id: `g${n}`, createdAt: new Date(n * 1000).toISOString(), aspect: 1.6 });
const range = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, index) => item(from - index));
const ids = (items: readonly Item[]) => items.map(({ id }) => id);

describe('a fresh first page', () => {
  it('puts new ones on top and keeps what is older', () => {
    expect(ids(withFirstPage(range(10, 1), range(12, 7), false))).toEqual(ids(range(12, 1)));
  });

  it('takes away what is gone from its stretch of time', () => {
    const page = range(10, 6).filter(({ id }) => id !== 'g8');
    expect(ids(withFirstPage(range(10, 1), page, false))).toEqual(ids(range(10, 1).filter(({ id }) => id !== 'g8')));
  });

  it('is all there is when no page follows', () => {
    expect(ids(withFirstPage(range(10, 1), range(3, 2), true))).toEqual(['g3', 'g2']);
    expect(withFirstPage(range(10, 1), [], true)).toEqual([]);
  });

  it('begins the list anew when it does not reach back to what is known', () => {
    expect(ids(withFirstPage(range(10, 1), range(40, 31), false))).toEqual(ids(range(40, 31)));
  });

  it('is the same list when nothing changed, so that nothing is laid out anew', () => {
    const items = range(10, 1);
    expect(withFirstPage(items, range(10, 5), false)).toBe(items);
  });
});

it('adds a page, and nothing twice', () => {
  expect(ids(withNextPage(range(10, 6), range(7, 3)))).toEqual(ids(range(10, 3)));
});

describe('the justified layout', () => {
  const aspects = fc.array(fc.double({ min: 0.4, max: 2.5, noNaN: true }), { minLength: 1, maxLength: 60 });
  const box = { width: fc.integer({ min: 280, max: 3800 }), target: fc.integer({ min: 80, max: 320 }) };

  it('holds every item once, in order, inside the width, without overlap', () => {
    fc.assert(
      fc.property(aspects, box.width, box.target, (list, width, target) => {
        const rows = justify(list, { width, target, gap: 10 });
        expect(rows.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i))).toEqual(
          list.map((_, index) => index),
        );
        let bottom = -10;
        for (const { top, height, cells } of rows) {
          expect(top).toBe(bottom + 10);
          bottom = top + height;
          let right = -10;
          for (const cell of cells) {
            expect(cell.left).toBe(right + 10);
            right = cell.left + cell.width;
          }
          // Each width is rounded by itself: half a pixel a cell.
          expect(right).toBeLessThanOrEqual(width + cells.length);
        }
      }),
    );
  });

  it('fills every row but the last, at a height near the target', () => {
    const rows = justify(Array(40).fill(1.6), { width: 1345, target: 196, gap: 10 });
    for (const { cells, height } of rows.slice(0, -1)) {
      const last = cells.at(-1);
      expect((last?.left ?? 0) + (last?.width ?? 0)).toBe(1345);
      expect(height).toBeGreaterThan(196 * 0.75);
      expect(height).toBeLessThan(196 * 1.35);
    }
  });

  it('finds the rows that reach into a stretch, and none where there are none', () => {
    const rows = justify(Array(4000).fill(1.6), { width: 1000, target: 150, gap: 10 });
    for (const from of [-900, -1, 0, 149, 155, 160, 1234, 99_999, 1e7]) {
      for (const to of [from, from + 1, from + 700]) {
        const [first, end] = rowsBetween(rows, from, to);
        const reaching = rows.filter(({ top, height }) => top + height > from && top < to);
        expect(rows.slice(first, end)).toEqual(reaching);
      }
    }
    expect(rowsBetween([], 0, 800)).toEqual([0, 0]);
  });

  it('finds what is above and below', () => {
    const rows = justify(Array(8).fill(1.6), { width: 1000, target: 150, gap: 10 });
    expect(rows.map(({ start, end }) => end - start)).toEqual([4, 4]);
    expect(verticalNeighbour(rows, 1, 1)).toBe(5);
    expect(verticalNeighbour(rows, 6, -1)).toBe(2);
    expect(verticalNeighbour(rows, 1, -1)).toBe(1);
    expect(verticalNeighbour(rows, 7, 1)).toBe(7);
  });
});

describe('the selection', () => {
  const order = ['a', 'b', 'c', 'd', 'e'];

  it('takes one in and out', () => {
    const one = toggled(nothingSelected, 'b');
    expect(one.selected).toEqual(['b']);
    expect(toggled(one, 'b').selected).toEqual([]);
  });

  it('extends from the anchor in both directions', () => {
    const from = toggled(nothingSelected, 'c');
    expect(extended(from, 'e', order).selected).toEqual(['c', 'd', 'e']);
    expect(extended(extended(from, 'e', order), 'a', order).selected).toEqual(['a', 'b', 'c']);
  });

  it('begins where the keyboard is', () => {
    expect(extended({ ...nothingSelected, focused: 'b' }, 'c', order).selected).toEqual(['b', 'c']);
  });

  it('forgets what is gone', () => {
    const all = extended(toggled(nothingSelected, 'a'), 'c', order);
    expect(without(all, new Set(['a', 'c']))).toEqual({ focused: null, selected: ['b'], anchor: null });
  });
});
