import fc from 'fast-check';
import { expect, test } from 'vitest';
import { charge, places, quantumSeconds, type Turns, turnsOf } from '../../src/scheduler/fairness.js';

/** Serves whoever is first for as long as a unit takes, and tells what each was given. */
function serve(clients: readonly string[], units: readonly number[], weights: (client: string) => number = () => 1) {
  const given = new Map(clients.map((client) => [client, 0]));
  let turns: Turns = [];
  for (const seconds of units) {
    turns = turnsOf(turns, new Set(clients), weights);
    const first = [...places(turns)].find(([, place]) => place === 0)?.[0] as string;
    given.set(first, (given.get(first) ?? 0) + seconds);
    turns = charge(turns, first, seconds, weights);
  }
  return { given, turns };
}

const units = (count: number) =>
  fc.array(fc.double({ min: 0.01, max: 30, noNaN: true }), { minLength: count, maxLength: 400 });

test('clients who want something all the time are given the same, to two quanta and two units', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), units(1), (count, seconds) => {
      const { given } = serve(
        Array.from({ length: count }, (_, i) => `client ${i}`),
        seconds,
      );
      const sums = [...given.values()];
      expect(Math.max(...sums) - Math.min(...sums)).toBeLessThanOrEqual(2 * quantumSeconds + 2 * Math.max(...seconds));
    }),
    { numRuns: 2000 },
  );
});

test('shares follow the weights: to a quantum and the longest unit', () => {
  const weight = fc.double({ min: 0.1, max: 20, noNaN: true });
  fc.assert(
    fc.property(fc.array(weight, { minLength: 2, maxLength: 5 }), units(50), (weights, seconds) => {
      const clients = weights.map((_, i) => `${i}`);
      const { given } = serve(clients, seconds, (client) => weights[Number(client)] as number);
      const shares = clients.map((client, i) => (given.get(client) as number) / (weights[i] as number));
      const bound = quantumSeconds + Math.max(...seconds) / Math.min(...weights);
      expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(bound + 1e-6);
    }),
    { numRuns: 2000 },
  );
});

test('a client of weight 2 is given twice as much', () => {
  const { given } = serve(['a', 'b'], Array(3000).fill(1), (client) => (client === 'a' ? 2 : 1));
  expect((given.get('a') ?? 0) / (given.get('b') ?? 1)).toBeCloseTo(2, 1);
});

test('who comes later does not have to make up for it, and who was away has saved nothing', () => {
  let { turns } = serve(['a'], Array(1000).fill(1));
  turns = turnsOf(turns, new Set(['a', 'b']));
  for (const { credit } of turns) expect(Math.abs(credit)).toBeLessThanOrEqual(quantumSeconds);
  for (let i = 0; i < 2; i++) turns = turnsOf(charge(turns, 'b', quantumSeconds), new Set(['b']));
  expect(turns.map(({ client }) => client)).toEqual(['b']);
});

test('who is new goes first', () => {
  let { turns } = serve(['farm'], Array(10).fill(1));
  turns = turnsOf(turns, new Set(['farm', 'person']));
  expect(places(turns).get('person')).toBe(0);
});

test('who leaves after every unit and comes back is given no more than who stays', () => {
  fc.assert(
    fc.property(units(20), (seconds) => {
      const given = { farm: 0, person: 0 };
      let turns: Turns = [];
      for (const unit of seconds) {
        turns = turnsOf(turns, new Set(['farm', 'person']));
        const first = places(turns).get('person') === 0 ? 'person' : 'farm';
        turns = charge(turns, first, unit);
        given[first] += unit;
        turns = turnsOf(turns, new Set(['farm']));
      }
      expect(given.person - given.farm).toBeLessThanOrEqual(2 * quantumSeconds + 2 * Math.max(...seconds));
    }),
    { numRuns: 2000 },
  );
});

test('debts survive a short absence, are paid by the rounds of others, and have a bound', () => {
  let turns = turnsOf([], new Set(['a', 'b']));
  turns = charge(turns, 'a', 1000);
  const debt = turns.find(({ client }) => client === 'a')?.credit ?? 0;
  expect(debt).toBe(-4 * quantumSeconds);
  turns = turnsOf(turns, new Set(['b']));
  expect(turns.map(({ client }) => client)).toContain('a');
  for (let i = 0; i < 10; i++) turns = turnsOf(charge(turns, 'b', quantumSeconds), new Set(['b']));
  expect(turns.map(({ client }) => client)).toEqual(['b']);
});
