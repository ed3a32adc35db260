import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inOrder, plan, type Snapshot } from '../../src/scheduler/first-come.js';

const models = fc.constantFrom('toy', 'wan', 'other');
const snapshots: fc.Arbitrary<Snapshot> = fc.record({
  waiting: fc.uniqueArray(
    fc.record({
      id: fc.stringMatching(/^[a-z]{1,3}$/),
      model: models,
      priority: fc.integer({ min: -3, max: 3 }),
      createdAt: fc.integer({ min: 0, max: 5 }),
    }),
    { selector: ({ id }) => id, maxLength: 12 },
  ),
  devices: fc.uniqueArray(
    fc.record({
      id: fc.constantFrom('cpu', 'cuda-0', 'cuda-1', 'cuda-2'),
      running: fc.option(fc.constantFrom('A', 'B')),
      available: fc.boolean(),
      loadedModels: fc.array(models, { maxLength: 2 }),
    }),
    { selector: ({ id }) => id },
  ),
});

const check = (property: (snapshot: Snapshot) => void): void =>
  fc.assert(fc.property(snapshots, property), { numRuns: 2000 });
const freeDevices = ({ devices }: Snapshot) => devices.filter((device) => device.available && device.running === null);

test('a device gets at most one generation, and only a free one gets any', () => {
  check((snapshot) => {
    const used = plan(snapshot).map(({ deviceId }) => deviceId);
    expect(new Set(used).size).toBe(used.length);
    const free = freeDevices(snapshot).map(({ id }) => id);
    for (const id of used) expect(free).toContain(id);
  });
});

test('a generation is started once, and only if it waits', () => {
  check((snapshot) => {
    const started = plan(snapshot).map(({ generationId }) => generationId);
    expect(new Set(started).size).toBe(started.length);
    for (const id of started) expect(snapshot.waiting.map((generation) => generation.id)).toContain(id);
  });
});

test('nobody is started before one with a higher priority, or before an older one of the same', () => {
  check((snapshot) => {
    const started = new Set(plan(snapshot).map(({ generationId }) => generationId));
    for (const chosen of snapshot.waiting.filter(({ id }) => started.has(id))) {
      for (const left of snapshot.waiting.filter(({ id }) => !started.has(id))) {
        expect(left.priority).toBeLessThanOrEqual(chosen.priority);
        if (left.priority === chosen.priority) expect(left.createdAt).toBeGreaterThanOrEqual(chosen.createdAt);
      }
    }
  });
});

test('it goes on as far as it can: no device idles while somebody waits', () => {
  check((snapshot) => {
    expect(plan(snapshot)).toHaveLength(Math.min(freeDevices(snapshot).length, snapshot.waiting.length));
  });
});

test('the first in order gets a device that has its model, if one is free', () => {
  check((snapshot) => {
    const [first] = inOrder(snapshot.waiting);
    const [decision] = plan(snapshot);
    if (!first || !decision) return;
    const warm = freeDevices(snapshot).filter((device) => device.loadedModels.includes(first.model));
    if (warm.length > 0) expect(warm.map(({ id }) => id)).toContain(decision.deviceId);
  });
});

test('it depends on what there is, not on the order in which it is listed', () => {
  check((snapshot) => {
    const reversed = { waiting: [...snapshot.waiting].reverse(), devices: [...snapshot.devices].reverse() };
    expect(plan(reversed)).toEqual(plan(snapshot));
  });
});

test('served one by one, everyone has a turn, in order', () => {
  check(({ waiting }) => {
    const device = { id: 'cpu', running: null, available: true, loadedModels: [] };
    let left = [...waiting];
    const served: string[] = [];
    while (left.length > 0) {
      const [decision] = plan({ waiting: left, devices: [device] });
      if (!decision) break;
      served.push(decision.generationId);
      left = left.filter(({ id }) => id !== decision.generationId);
    }
    expect(served).toEqual(inOrder(waiting).map(({ id }) => id));
  });
});
