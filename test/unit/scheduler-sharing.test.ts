import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { quantumSeconds } from '../../src/scheduler/fairness.js';
import { stateBytes } from '../../src/scheduler/memory-model.js';
import { type Policy, plan } from '../../src/scheduler/policy.js';
import type { SchedulerOptions } from '../../src/scheduler/scheduler.js';
import { oneLane, ScriptedScheduler, scriptedManifest, withSteps } from '../support/scripted-scheduler.js';

/** How generations share devices: preemption, pauses, batches, several devices, guidance over two of them. */
let scripted: ScriptedScheduler;
const start = async (changes: Partial<SchedulerOptions> = {}) => {
  scripted = await ScriptedScheduler.start(changes);
};
afterEach(() => scripted.stop());

/** Of the first, the steps that were told before the second told of its last. */
function stepsBefore(id: string, other: string): number {
  const steps = scripted.recorder.reports.filter((report) => report.type === 'progressed' && report.progress.preview);
  return steps
    .slice(
      0,
      steps.findLastIndex((report) => report.id === other),
    )
    .filter((report) => report.id === id).length;
}

test('a more urgent one goes first at the next step, and the other says that it has gone on', async () => {
  await start();
  const underWay = scripted.reached('long', 3);
  // However long the other's video is encoded.
  scripted.hold('long', 34, scripted.recorder.end('urgent'));
  scripted.submit('long', { settings: withSteps(40), prompt: 'pace=25' });
  await underWay;
  expect((await scripted.outcome('urgent', { priority: 5, prompt: 'pace=25' })).type).toBe('succeeded');
  expect(scripted.recorder.progress('long').at(-1)?.step).toBeLessThan(40);
  const end = await scripted.recorder.end('long');
  if (end.type !== 'succeeded') throw new Error(end.type);
  const [started, ...others] = scripted.story('long');
  expect(started).toBe('started');
  expect(others.at(-1)).toBe('succeeded');
  expect(others.length).toBeGreaterThan(1);
  for (const resumed of others.slice(0, -1)) expect(resumed).toMatch(/^resumed PREEMPTED \d+$/);
  expect(end.usage.preemptions).toBe(others.length - 1);
  expect(end.usage.resumes).toBe(0);
  const steps = scripted.recorder.progress('long').filter(({ preview }) => preview);
  expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
});

test.each([
  { room: 8, out: ['g0', 'g1', 'g2'] },
  { room: undefined, out: [] },
])(
  'of eleven that were preempted, with room for $room, $out go to disk, and from there they go on',
  async ({ room, out }) => {
    // Each has the lane from the next one's turn on no more, and ends only when all have had theirs.
    let only: string | undefined;
    const policy: Policy = ({ asks, ...rest }) =>
      plan({ ...rest, asks: asks.filter(({ generationId }) => only === undefined || generationId === only) });
    await start({
      policy,
      ...(room === undefined ? {} : { stateRoomBytes: room * stateBytes(withSteps(8), scriptedManifest) }),
    });
    const ids = Array.from({ length: 11 }, (_, i) => `g${i}`);
    let release = (): void => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    for (const [i, id] of ids.entries()) {
      only = id;
      const underWay = scripted.reached(id, 1);
      scripted.hold(id, 1, released);
      scripted.submit(id, { priority: i, settings: withSteps(8) });
      await underWay;
    }
    const onDisk = (id: string) => existsSync(join(scripted.folder, 'work', 'checkpoints', `${id}.json`));
    expect(ids.filter(onDisk)).toEqual(out);
    only = undefined;
    release();
    await Promise.all(ids.map((id) => scripted.recorder.end(id)));
    for (const id of ids) {
      expect(scripted.story(id).at(-1)).toBe('succeeded');
      expect(scripted.recorder.progress(id).flatMap(({ preview }) => preview?.step ?? [])).toEqual([
        1, 2, 3, 4, 5, 6, 7, 8,
      ]);
    }
  },
);

test('shorter ones go before longer ones as soon as the costs are known', async () => {
  await start();
  await scripted.outcome('teacher');
  const underWay = scripted.reached('long', 3);
  scripted.hold('long', 34, scripted.recorder.end('short'));
  scripted.submit('long', { settings: withSteps(40), prompt: 'pace=25' });
  await underWay;
  expect((await scripted.outcome('short', { prompt: 'pace=25' })).type).toBe('succeeded');
  expect(stepsBefore('long', 'short')).toBeLessThan(30);
  expect((await scripted.recorder.end('long')).type).toBe('succeeded');
});

test('a client of weight 3 has turns of three quanta', async () => {
  const credits = new Map<string, number>();
  const weights = (client: string) => (client === 'studio' ? 3 : 1);
  await start({
    weights,
    policy: (snapshot) => {
      for (const { client, credit } of snapshot.turns) if (!credits.has(client)) credits.set(client, credit);
      return plan(snapshot);
    },
  });
  await Promise.all([scripted.outcome('a', { client: 'studio' }), scripted.outcome('b', { client: 'person' })]);
  expect(credits).toEqual(
    new Map([
      ['studio', 3 * quantumSeconds],
      ['person', quantumSeconds],
    ]),
  );
});

test('the priority can be changed while it runs', async () => {
  await start();
  const underWay = scripted.reached('first', 2);
  scripted.hold('first', 34, scripted.recorder.end('second'));
  scripted.submit('first', { settings: withSteps(40), priority: 1, prompt: 'pace=25' });
  await underWay;
  scripted.submit('second', { settings: withSteps(20), prompt: 'pace=25' });
  expect(scripted.scheduler.setPriority('second', 2)).toBe(true);
  expect(scripted.scheduler.setPriority('nobody', 2)).toBe(false);
  expect((await scripted.recorder.end('second')).type).toBe('succeeded');
  expect(stepsBefore('first', 'second')).toBeLessThan(30);
  expect((await scripted.recorder.end('first')).type).toBe('succeeded');
});

test('paused, what has started goes on and nothing else starts', async () => {
  await start();
  const underWay = scripted.reached('a', 1);
  scripted.submit('a');
  await underWay;
  scripted.scheduler.setPaused(true);
  scripted.submit('b', { priority: 9 });
  expect((await scripted.recorder.end('a')).type).toBe('succeeded');
  expect(scripted.scheduler.queue().waiting).toEqual(['b']);
  expect(scripted.recorder.of('b')).toEqual([]);
  scripted.scheduler.setPaused(false);
  expect((await scripted.recorder.end('b')).type).toBe('succeeded');
});

test('rows of several share a step where that pays, late arrivals join, and SOLO stays by itself', async () => {
  // Where the writing of their pictures is slow each waits for its own, and they ask at different moments: here who steps waits for
  // the other to ask too.
  const stepping = new Set<string>();
  const together: Policy = ({ asks, ...rest }) => {
    for (const { generationId, stage, batching } of asks) {
      if (stage === 'step' && batching === 'AUTO') stepping.add(generationId);
      else stepping.delete(generationId);
    }
    const ready = asks.filter(({ generationId }) => stepping.has(generationId));
    return plan({ ...rest, asks: ready.length === stepping.size ? asks : asks.filter((ask) => !ready.includes(ask)) });
  };
  await start({ policy: together });
  const underWay = scripted.reached('a', 2);
  scripted.submit('a', { batching: 'AUTO', settings: withSteps(60), prompt: 'pace=25' });
  await underWay;
  scripted.submit('b', { batching: 'AUTO', settings: withSteps(30), prompt: 'pace=25' });
  scripted.submit('solo', { settings: withSteps(5) });
  const ends = await Promise.all(['a', 'b', 'solo'].map((id) => scripted.recorder.end(id)));
  const rows = ends.map((end) => (end.type === 'succeeded' ? end.usage.averageBatchRows : Number.NaN));
  expect(rows[0]).toBeGreaterThan(2);
  expect(rows[1]).toBeGreaterThan(3);
  expect(rows[2]).toBe(2);
  // By the script's word a step costs half a second, whatever is in it: shared by rows that is less for those who shared.
  const [, b] = ends;
  if (b?.type === 'succeeded') expect(b.usage.computeSeconds).toBeLessThan(0.8 * 30 * 0.5);
});

test('one that takes the batch down with it is left alone, and costs the others nothing', async () => {
  await start({ hostOptions: { backoff: { firstMs: 10, mostMs: 10 } } });
  const underWay = scripted.reached('a', 2);
  scripted.submit('a', { batching: 'AUTO', settings: withSteps(30) });
  await underWay;
  scripted.submit('poison', { batching: 'AUTO', settings: withSteps(30), prompt: 'step4=crash' });
  expect(await scripted.recorder.end('poison')).toMatchObject({ type: 'failed', failure: { code: 'DEVICE_LOST' } });
  expect((await scripted.recorder.end('a')).type).toBe('succeeded');
});

test('a generation moves to another device between two steps when its own is needed more urgently', async () => {
  await start({ devices: [oneLane('one'), oneLane('two')] });
  const bothWork = Promise.all([scripted.reached('a', 2), scripted.reached('b', 2)]);
  scripted.submit('a', { settings: withSteps(30) });
  scripted.submit('b', { settings: withSteps(200) });
  scripted.submit('c', { settings: withSteps(60) });
  await bothWork;
  const ends = await Promise.all(['a', 'b', 'c'].map((id) => scripted.recorder.end(id)));
  expect(ends.map(({ type }) => type)).toEqual(['succeeded', 'succeeded', 'succeeded']);
  for (const id of ['a', 'b', 'c']) {
    const steps = scripted.recorder.progress(id).flatMap(({ preview }) => preview?.step ?? []);
    expect(steps).toEqual(Array.from({ length: steps.length }, (_, i) => i + 1));
  }
});

test('a guided one alone on two devices has a row on each', async () => {
  await start({ devices: [oneLane('one'), oneLane('two')] });
  const both = new Set<string>();
  scripted.scheduler.onChange(() => {
    const busy = scripted.scheduler.devices().filter(({ running }) => running.includes('a'));
    both.add(busy.map(({ id }) => id).join());
  });
  const end = await scripted.outcome('a', { batching: 'AUTO', settings: withSteps(12) });
  expect(end.type).toBe('succeeded');
  expect([...both]).toContain('one,two');
  const steps = scripted.recorder.progress('a').flatMap(({ preview }) => preview?.step ?? []);
  expect(steps).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
});

test('it is told what would fit, and what it would take', async () => {
  await start();
  const settings = withSteps(4);
  expect(scripted.scheduler.fit('small', settings)).toEqual({ fits: true });
  expect(scripted.scheduler.estimate('small', settings)?.basis).toBe('MODELED');
  await scripted.outcome('a');
  await expect.poll(() => scripted.scheduler.queue().running).toEqual([]);
  const estimate = scripted.scheduler.estimate('small', settings);
  expect(estimate?.seconds).toBeGreaterThan(2);
  expect(estimate?.queueSeconds).toBe(0);
});
