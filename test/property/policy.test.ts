import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Ask, defaultPolicy, type Lane, plan, type Snapshot, type UnitStage } from '../../src/scheduler/policy.js';

/** What holds of every single plan, whatever there is to plan. */
const stages = ['encode-text', 'encode-image', 'step', 'decode'] as const;
const laneIds = ['cpu', 'cuda-0', 'cuda-1', 'cuda-2'] as const;
const models = fc.constantFrom('toy', 'wan');
const clients = fc.constantFrom('ann', 'bob', 'eve');

const ask: fc.Arbitrary<Ask> = fc
  .record({
    generationId: fc.stringMatching(/^[a-z]{1,3}$/),
    client: clients,
    priority: fc.integer({ min: -1, max: 1 }),
    createdAt: fc.integer({ min: 0, max: 600_000 }),
    model: models,
    stage: fc.constantFrom<UnitStage>(...stages),
    shape: fc.constantFrom('small', 'large'),
    rows: fc.constantFrom(1, 2),
    tokensPerRow: fc.constant(320),
    batching: fc.constantFrom('AUTO', 'SOLO'),
    alone: fc.boolean(),
    started: fc.boolean(),
    kind: fc.constantFrom<'CPU' | null>('CPU', null),
    home: fc.option(fc.constantFrom(...laneIds)),
    secondsLeft: fc.option(fc.integer({ min: 1, max: 100 })),
  })
  // As at the desk: what is encoded has no state yet that would lie anywhere.
  .map((one) => (one.stage.startsWith('encode') ? { ...one, home: null } : one));

const lane: fc.Arbitrary<Lane> = fc.record({
  id: fc.constantFrom<string>(...laneIds),
  device: fc.constantFrom('a', 'b'),
  kind: fc.constant<'CPU'>('CPU'),
  stages: fc.subarray([...stages]).map((some): ReadonlySet<UnitStage> => new Set(some)),
  idle: fc.boolean(),
  secondsSinceLoad: fc.integer({ min: 0, max: 100 }),
  owedSeconds: fc.integer({ min: -20, max: 20 }),
  mayTry: fc.boolean(),
});

const snapshots: fc.Arbitrary<Snapshot> = fc
  .record({
    asks: fc.uniqueArray(ask, { selector: ({ generationId }) => generationId, maxLength: 10 }),
    lanes: fc.uniqueArray(lane, { selector: ({ id }) => id, minLength: 1, maxLength: 4 }),
    turns: fc.array(fc.record({ client: clients, credit: fc.integer({ min: -20, max: 15 }) }), { maxLength: 3 }),
    paused: fc.boolean(),
    loaded: fc.dictionary(fc.constantFrom(...laneIds), models),
    full: fc.boolean(),
    batchGain: fc.constantFrom(0.9, 1, 1.05, 1.5),
    runs: fc.constantFrom(0, 1, 9),
  })
  .map(({ loaded, full, batchGain, runs, ...rest }) => ({
    ...rest,
    now: 600_000,
    costs: { runs: () => runs, speedup: () => batchGain },
    ledger: {
      loadSeconds: (id: string, { model }: Ask) => (loaded[id as 'cpu'] === model ? 0 : 5),
      evicts: (id: string, { model }: Ask) =>
        full && loaded[id as 'cpu'] !== undefined && loaded[id as 'cpu'] !== model,
      fits: (_: string, __: Ask, rows: number) => rows <= 6,
    },
  }));

const check = (property: (snapshot: Snapshot) => void): void =>
  fc.assert(fc.property(snapshots, property), { numRuns: 1000 });

test('a lane is given away once, and only if it is idle; a generation has one grant at most', () => {
  check((snapshot) => {
    const grants = plan(snapshot);
    const lanes = grants.flatMap((grant) => [grant.lane, ...(grant.second === null ? [] : [grant.second])]);
    expect(new Set(lanes).size).toBe(lanes.length);
    for (const id of lanes) expect(snapshot.lanes.find((one) => one.id === id)?.idle).toBe(true);
    const ids = grants.flatMap(({ asks }) => asks.map(({ generationId }) => generationId));
    expect(new Set(ids).size).toBe(ids.length);
  });
});

test('every grant is of something asked for, on a lane that does such things and has room', () => {
  check((snapshot) => {
    for (const grant of plan(snapshot)) {
      const lane = snapshot.lanes.find(({ id }) => id === grant.lane);
      expect(lane?.stages.has(grant.stage)).toBe(true);
      const rows = grant.asks.reduce((sum, { rows }) => sum + rows, 0);
      for (const ask of grant.asks) {
        expect(snapshot.asks).toContain(ask);
        expect(ask.stage).toBe(grant.stage);
        expect(snapshot.ledger.fits(grant.lane, ask, rows)).toBe(true);
      }
    }
  });
});

test('a state is where its lane is, or can be fetched from a lane that is idle', () => {
  check((snapshot) => {
    for (const grant of plan(snapshot)) {
      for (const { home, stage } of grant.asks) {
        if (home === null || home === grant.lane) continue;
        expect(stage).toBe('step');
        expect(snapshot.lanes.find(({ id }) => id === home)?.idle).toBe(true);
      }
    }
  });
});

test('a batch is of one model, shape and priority, of generations that share, and never without a gain', () => {
  check((snapshot) => {
    for (const { asks, second } of plan(snapshot)) {
      const [leader] = asks;
      if (second !== null) expect([asks.length, leader?.rows, leader?.batching]).toEqual([1, 2, 'AUTO']);
      if (asks.length === 1) continue;
      for (const { stage, model, shape, priority, batching, alone } of asks) {
        expect({ stage, model, shape, priority, batching, alone }).toEqual({
          ...{ stage: 'step', model: leader?.model, shape: leader?.shape, priority: leader?.priority },
          ...{ batching: 'AUTO', alone: false },
        });
      }
      const gain = snapshot.costs.speedup('', leader as Ask, []);
      if (gain !== null && gain > 1.2) continue;
      expect(snapshot.costs.runs('', leader as Ask, 4)).toBeLessThan(2);
      expect(snapshot.lanes.some(({ mayTry }) => mayTry)).toBe(true);
    }
  });
});

test('while paused nothing new starts', () => {
  check((snapshot) => {
    for (const { asks } of plan({ ...snapshot, paused: true })) {
      for (const { started } of asks) expect(started).toBe(true);
    }
  });
});

test('it depends on what there is, not on the order in which it is listed', () => {
  check((snapshot) => {
    const reversed = { ...snapshot, asks: [...snapshot.asks].reverse(), lanes: [...snapshot.lanes].reverse() };
    expect(plan(reversed)).toEqual(plan(snapshot));
  });
});

test('the most urgent ask has a lane if an idle one has its network and its state, and none of them is owed to others', () => {
  check((snapshot) => {
    const fair = { ...snapshot, now: 0, paused: false, turns: [] };
    const best = Math.max(...fair.asks.map(({ priority }) => priority));
    const urgent = fair.asks.filter(({ priority }) => priority === best);
    const [only] = urgent;
    if (!only || urgent.length > 1 || only.stage !== 'step') return;
    const ready = fair.lanes.filter(
      ({ id, idle, stages }) =>
        idle && stages.has('step') && fair.ledger.loadSeconds(id, only) === 0 && (only.home ?? id) === id,
    );
    if (ready.length === 0) return;
    const grant = plan(fair).find(({ asks }) => asks.includes(only));
    // Unless somebody who is about to share its steps has its text encoded first.
    const newcomer = plan(fair).find(
      ({ lane, stage }) => stage === 'encode-text' && ready.some(({ id }) => id === lane),
    );
    expect(grant ?? newcomer).toBeDefined();
  });
});

test('no lane idles while something that it could do without loading waits', () => {
  check((snapshot) => {
    const grants = plan(snapshot);
    const granted = new Set(grants.flatMap(({ asks }) => asks));
    const used = new Set(grants.flatMap(({ lane, second }) => [lane, second]));
    const joint = snapshot.lanes.some(({ stages }) => stages.has('encode-text') && stages.has('step'));
    for (const { id, stages } of snapshot.lanes.filter(({ id, idle }) => idle && !used.has(id))) {
      for (const ask of snapshot.asks.filter((ask) => !granted.has(ask) && stages.has(ask.stage))) {
        if (snapshot.paused && !ask.started) continue;
        if (!joint && ask.stage === 'encode-text' && !ask.started) continue; // not more than can be denoised soon
        if (ask.home !== null && ask.home !== id) continue;
        expect(snapshot.ledger.loadSeconds(id, ask)).toBeGreaterThan(0);
      }
    }
  });
});

test('the oldest that is overdue goes first where its share is due', () => {
  check((snapshot) => {
    for (const lane of snapshot.lanes.filter(({ idle, owedSeconds }) => idle && owedSeconds >= 0)) {
      const overdue = snapshot.asks
        .filter(({ started }) => started || !snapshot.paused)
        .filter(({ createdAt }) => snapshot.now - createdAt >= 1000 * defaultPolicy.patienceSeconds)
        .filter(({ stage, home }) => lane.stages.has(stage) && (home === null || home === lane.id));
      const oldest = Math.min(...overdue.map(({ createdAt }) => createdAt));
      const candidates = overdue.filter((ask) => ask.createdAt === oldest);
      if (candidates.length !== 1) continue;
      const [only] = candidates as [Ask];
      if (snapshot.ledger.loadSeconds(lane.id, only) > 0) continue;
      expect(plan(snapshot).some(({ asks }) => asks[0] === only)).toBe(true);
    }
  });
});

test('of two devices that are as good, the one that does nothing else has the unit', () => {
  const lane = (id: string, device: string, stages: UnitStage[], idle: boolean): Lane => ({
    ...{ id, device, kind: 'CUDA', stages: new Set(stages), idle },
    ...{ secondsSinceLoad: 0, owedSeconds: 0, mayTry: false },
  });
  const [decoding]: Ask[] = fc.sample(ask, { seed: 1, numRuns: 1 });
  const grantedLane = (busy: string): string | undefined => {
    const lanes = ['cuda-0', 'cuda-1'].flatMap((device) => [
      lane(`${device}/codec`, device, ['encode-text', 'decode'], true),
      lane(`${device}/denoiser`, device, ['step'], device !== busy),
    ]);
    const asks: Ask[] = [{ ...(decoding as Ask), stage: 'decode', started: true, home: null, kind: 'CUDA' }];
    const ledger = { loadSeconds: () => 0, evicts: () => false, fits: () => true };
    const costs = { runs: () => 0, speedup: () => null };
    return plan({ asks, lanes, ledger, costs, turns: [], now: 0, paused: false })[0]?.lane;
  };
  expect(grantedLane('cuda-0')).toBe('cuda-1/codec');
  expect(grantedLane('cuda-1')).toBe('cuda-0/codec');
});
