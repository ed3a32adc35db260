import fc from 'fast-check';
import { expect, test } from 'vitest';
import { prioritiesAfterMove, type Queued } from '../../clients/studio/src/state/queue-order.js';

const queued = (id: string, priority: number, createdAt: number): Queued => ({
  id,
  priority,
  createdAt: new Date(createdAt * 1000).toISOString(),
});

/** As the server orders a client's own: by priority, then by age. */
const ordered = (queue: readonly Queued[]) =>
  [...queue].sort((a, b) => b.priority - a.priority || (a.createdAt < b.createdAt ? -1 : 1));

test('of equals the last one goes to the top with one change, and into the middle with no more than needed', () => {
  const queue = [queued('a', 0, 1), queued('b', 0, 2), queued('c', 0, 3)];
  expect(prioritiesAfterMove(queue, 'c', 0)).toEqual(new Map([['c', 1]]));
  expect(prioritiesAfterMove(queue, 'c', 1)).toEqual(
    new Map([
      ['c', 1],
      ['a', 1],
    ]),
  );
  expect(prioritiesAfterMove(queue, 'a', 2)).toEqual(new Map([['a', -1]]));
  expect(prioritiesAfterMove(queue, 'b', 1)).toEqual(new Map());
  expect(prioritiesAfterMove(queue, 'nobody', 1)).toEqual(new Map());
});

test('after any move the server takes them in the order that was shown', () => {
  const priorities = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 2, maxLength: 12 });
  fc.assert(
    fc.property(priorities, fc.nat(), fc.nat(), (given, from, to) => {
      const queue = ordered(given.map((priority, index) => queued(`g${index}`, priority, index)));
      const moved = queue[from % queue.length] as Queued;
      const target = to % queue.length;
      const expected = queue.filter((one) => one !== moved);
      expected.splice(target, 0, moved);
      const changes = prioritiesAfterMove(queue, moved.id, target);
      const after = ordered(queue.map((one) => ({ ...one, priority: changes.get(one.id) ?? one.priority })));
      expect(after.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
    }),
  );
});
