import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quantumSeconds } from '../../src/scheduler/fairness.js';
import { defaultPolicy, type Policy, plan } from '../../src/scheduler/policy.js';
import { type SimulatedJob, type SimulatedMachine, simulate } from '../support/policy-simulation.js';

/** What holds of whole workloads, in a simulation. */
const oneLane: SimulatedMachine = {
  lanes: [{ id: 'cpu', device: 'cpu', stages: ['encode-text', 'step', 'decode'] }],
  loadSeconds: 5,
  perRow: 1,
};
const gpus = (count: number): SimulatedMachine => ({
  lanes: Array.from({ length: count }, (_, i) => [
    { id: `cuda-${i} codec`, device: `cuda-${i}`, stages: ['encode-text', 'decode'] as const },
    { id: `cuda-${i}`, device: `cuda-${i}`, stages: ['step'] as const },
  ]).flat(),
  loadSeconds: 5,
  perRow: 0.4,
});

const job: fc.Arbitrary<Omit<SimulatedJob, 'id'>> = fc.record({
  client: fc.constantFrom('ann', 'bob', 'eve'),
  priority: fc.integer({ min: -1, max: 2 }),
  model: fc.constantFrom('toy', 'toy', 'toy', 'wan'),
  batching: fc.constantFrom('AUTO', 'SOLO'),
  shape: fc.constantFrom('small', 'large'),
  rows: fc.constantFrom(1, 2),
  arrival: fc.double({ min: 0, max: 900, noNaN: true }),
  textSeconds: fc.double({ min: 0.1, max: 1, noNaN: true }),
  steps: fc.integer({ min: 1, max: 40 }),
  stepSeconds: fc.double({ min: 0.1, max: 2, noNaN: true }),
  decodeSeconds: fc.double({ min: 0.1, max: 3, noNaN: true }),
});
const jobs = (most: number): fc.Arbitrary<SimulatedJob[]> =>
  fc.array(job, { minLength: 1, maxLength: most }).map((list) => list.map((one, i) => ({ ...one, id: `g${i}` })));

/** Lane seconds of a generation that is alone. */
function work({ textSeconds, steps, stepSeconds, rows, decodeSeconds }: SimulatedJob, { perRow }: SimulatedMachine) {
  return textSeconds + steps * stepSeconds * (1 + perRow * (rows - 1)) + decodeSeconds;
}
const longestUnit = 4;

test('every generation ends, on any number of lanes', () => {
  fc.assert(
    fc.property(jobs(20), fc.constantFrom(oneLane, gpus(1), gpus(3)), (list, machine) => {
      expect(simulate(plan, machine, list).ended.size).toBe(list.length);
    }),
    { numRuns: 60 },
  );
});

/** The bound of policy.ts, to the second. */
function latestEnd(
  one: SimulatedJob,
  list: readonly SimulatedJob[],
  ended: ReadonlyMap<string, number>,
  machine = oneLane,
) {
  const older = list.filter(({ id, arrival }) => arrival < one.arrival && (ended.get(id) as number) > one.arrival);
  const total = [one, ...older].reduce((sum, each) => sum + work(each, machine), 0);
  const { patienceSeconds, overdueShare, amortisation } = defaultPolicy;
  const slack = (amortisation + 4) * machine.loadSeconds + 4 * longestUnit;
  return one.arrival + patienceSeconds + total / overdueShare + slack;
}

test('nobody starves: on one lane, what comes later never delays a generation beyond the bound', () => {
  fc.assert(
    fc.property(jobs(15), fc.integer({ min: 0, max: 250 }), (list, urgent) => {
      // A stream of urgent ones that takes all of the lane's time.
      const stream = Array.from({ length: urgent }, (_, i): SimulatedJob => {
        const like = { ...(list[0] as SimulatedJob), client: 'ann', priority: 9, steps: 4, stepSeconds: 1, rows: 1 };
        return { ...like, id: `urgent ${i}`, arrival: 3 * i, model: i % 5 === 0 ? 'wan' : 'toy' };
      });
      const all = [...list, ...stream];
      const { ended } = simulate(plan, oneLane, all);
      for (const one of all) expect(ended.get(one.id)).toBeLessThanOrEqual(latestEnd(one, all, ended));
    }),
    { numRuns: 10 },
  );
});

test('the bound is one: without the share, or by priority alone, the same stream breaks it', () => {
  const meek = { client: 'bob', priority: 0, model: 'toy', batching: 'SOLO', shape: 'small', rows: 1 } as const;
  const sizes = { textSeconds: 0.1, steps: 4, stepSeconds: 1, decodeSeconds: 0.1 };
  const one: SimulatedJob = { ...meek, ...sizes, id: 'meek', arrival: 0.5 };
  const stream = Array.from({ length: 300 }, (_, i): SimulatedJob => {
    return { ...meek, ...sizes, client: 'ann', priority: 9, id: `urgent ${i}`, arrival: 4 * i };
  });
  const all = [one, ...stream];
  const impatient: Policy = (snapshot) =>
    plan(snapshot, { ...defaultPolicy, patienceSeconds: Number.POSITIVE_INFINITY });
  const starved = simulate(impatient, oneLane, all).ended;
  expect(starved.get('meek')).toBeGreaterThan(latestEnd(one, all, starved));
  const fed = simulate(plan, oneLane, all).ended;
  expect(fed.get('meek')).toBeLessThan(latestEnd(one, all, fed));
});

test('clients who always want something are given the same time, however many generations they have', () => {
  fc.assert(
    fc.property(fc.integer({ min: 5, max: 60 }), fc.integer({ min: 2, max: 60 }), (many, steps) => {
      const like = { priority: 0, model: 'toy', batching: 'SOLO', shape: 'small', rows: 1, arrival: 0 } as const;
      const sizes = { textSeconds: 0.2, stepSeconds: 0.7, decodeSeconds: 0.5 };
      const ann = Array.from({ length: many }, (_, i) => ({ ...like, ...sizes, steps, id: `a${i}`, client: 'ann' }));
      const bob = [{ ...like, ...sizes, steps: 200, id: 'b', client: 'bob' }];
      const { ended, grants } = simulate(plan, oneLane, [...ann, ...bob]);
      const until = Math.min(
        defaultPolicy.patienceSeconds,
        Math.max(...ann.map(({ id }) => ended.get(id) as number)),
        ended.get('b') as number,
      );
      const given = (client: string) =>
        grants
          .filter(({ to, asks }) => to <= until && asks[0]?.client === client)
          .reduce((sum, { from, to }) => sum + to - from, 0);
      expect(Math.abs(given('ann') - given('bob'))).toBeLessThanOrEqual(
        2 * quantumSeconds + 2 * longestUnit + oneLane.loadSeconds,
      );
    }),
    { numRuns: 10 },
  );
});

test('a more urgent generation waits for one unit, not for a generation', () => {
  fc.assert(
    fc.property(jobs(20), fc.double({ min: 0, max: 100, noNaN: true }), (list, arrival) => {
      const toys = list.map((one) => ({ ...one, model: 'toy', arrival: one.arrival / 10 }));
      const urgent: SimulatedJob = {
        ...(toys[0] as SimulatedJob),
        id: 'urgent',
        priority: 5,
        arrival,
        batching: 'SOLO',
      };
      const { ended } = simulate(plan, oneLane, [...toys, urgent]);
      const latest = arrival + oneLane.loadSeconds + longestUnit + work(urgent, oneLane);
      expect(ended.get('urgent')).toBeLessThanOrEqual(latest + 1e-6);
    }),
    { numRuns: 100 },
  );
});

test('the short ones go first, at no cost to the machine', () => {
  fc.assert(
    fc.property(jobs(25), (list) => {
      const alike = list.map((one) => ({
        ...one,
        priority: 0,
        client: 'ann',
        model: 'toy',
        // A batch that is tried for the first time may cost more than it saves, whatever the order.
        batching: 'SOLO' as const,
        arrival: one.arrival / 10,
      }));
      const mean = (policy: Policy) => {
        const { ended } = simulate(policy, oneLane, alike);
        return alike.reduce((sum, { id, arrival }) => sum + (ended.get(id) as number) - arrival, 0) / alike.length;
      };
      const patient = { ...defaultPolicy, patienceSeconds: Number.POSITIVE_INFINITY };
      const oldestFirst: Policy = (snapshot) =>
        plan({ ...snapshot, asks: snapshot.asks.map((ask) => ({ ...ask, secondsLeft: null })) }, patient);
      expect(mean((snapshot) => plan(snapshot, patient))).toBeLessThanOrEqual(mean(oldestFirst) + 1e-6);
    }),
    { numRuns: 300 },
  );
});

test('batches shorten the whole where they pay, and are not formed where they do not', () => {
  const like = { client: 'ann', priority: 0, model: 'toy', shape: 'small', rows: 2, arrival: 0 } as const;
  const sizes = { textSeconds: 0.1, steps: 30, stepSeconds: 0.5, decodeSeconds: 0.2 };
  const list = (batching: 'AUTO' | 'SOLO') =>
    Array.from({ length: 4 }, (_, i): SimulatedJob => ({ ...like, ...sizes, batching, id: `g${i}` }));
  const last = (machine: SimulatedMachine, batching: 'AUTO' | 'SOLO') =>
    Math.max(...simulate(plan, machine, list(batching)).ended.values());
  const pays = { ...oneLane, perRow: 0.3 };
  expect(last(pays, 'AUTO')).toBeLessThan(0.75 * last(pays, 'SOLO'));
  // Sizes are tried twice before they are believed.
  const batches = simulate(plan, oneLane, list('AUTO')).grants.filter(({ asks }) => asks.length > 1);
  expect(batches.length).toBeLessThanOrEqual(2);
});

test('all devices are used; what is left over halves the guided ones', () => {
  const like = {
    client: 'ann',
    priority: 0,
    model: 'toy',
    batching: 'SOLO',
    shape: 'small',
    rows: 2,
    arrival: 0,
  } as const;
  const sizes = { textSeconds: 0.1, steps: 40, stepSeconds: 0.5, decodeSeconds: 0.2 };
  const list = Array.from({ length: 12 }, (_, i): SimulatedJob => ({ ...like, ...sizes, id: `g${i}` }));
  const last = (devices: number) =>
    Math.max(...simulate(plan, { ...gpus(devices), loadSeconds: 1 }, list).ended.values());
  expect(last(1) / last(2)).toBeGreaterThan(1.9);
  expect(last(1) / last(4)).toBeGreaterThan(3.6);
  const alone: SimulatedJob = { ...(list[0] as SimulatedJob), batching: 'AUTO' };
  const machine = { ...gpus(2), loadSeconds: 1, perRow: 1 };
  const time = (batching: 'AUTO' | 'SOLO') =>
    simulate(plan, machine, [{ ...alone, batching }]).ended.get('g0') as number;
  expect(time('AUTO')).toBeLessThan(0.6 * time('SOLO'));
});

test('networks are not loaded to and fro: with two models of many equal generations each, little time goes into loading', () => {
  const like = { priority: 0, batching: 'SOLO', shape: 'small', rows: 1 } as const;
  const sizes = { textSeconds: 0.1, steps: 10, stepSeconds: 0.2, decodeSeconds: 0.2 };
  const list = Array.from({ length: 100 }, (_, i): SimulatedJob => {
    return { ...like, ...sizes, id: `g${i}`, client: `c${i % 3}`, model: i % 2 ? 'toy' : 'wan', arrival: i / 10 };
  });
  const { grants } = simulate(plan, oneLane, list);
  const loading = grants.reduce((sum, { loadSeconds }) => sum + loadSeconds, 0);
  const total = grants.reduce((sum, { from, to }) => sum + to - from, 0);
  expect(loading / total).toBeLessThan(0.25);
});
