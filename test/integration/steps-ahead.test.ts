import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { GenerationRequest, UnitOf } from '../../src/execution/protocol.js';
import type { WorkFiles } from '../../src/execution/work-files.js';
import type { InstalledModel } from '../../src/scheduler/work.js';
import { childProcesses } from '../support/child-processes.js';
import { compiled } from '../support/compiled.js';
import { Executors } from '../support/executors.js';
import { importMicroModel } from '../support/micro-bundle.js';
import { type Outcome, PlayingScheduler } from '../support/playing-scheduler.js';

/** A step that is begun before it is asked for changes no bit and no state, whatever comes instead of it. */
let folder: string;
let model: InstalledModel;
let work: WorkFiles;
let executors: Executors;
let scheduler: PlayingScheduler;

const settings = {
  width: 128,
  height: 128,
  frameCount: 9,
  fps: 8,
  steps: 6,
  guidanceScale: 5,
  guidanceRescale: 0,
  shift: 5,
  seed: 7,
};
const request: GenerationRequest = {
  prompt: 'a red car',
  negativePrompt: '',
  settings: { ...settings, sampler: 'UNIPC' },
  firstFrame: false,
};
/** Of `request`, with no step begun ahead. */
let undisturbed: Outcome;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reelql-ahead-'));
  model = await importMicroModel(folder);
  scheduler = await PlayingScheduler.over(model, join(folder, 'work'), { entry: compiled('native-executor') });
  ({ work, executors } = scheduler);
  undisturbed = await scheduler.play('undisturbed', request);
});
beforeEach(async () => {
  for (const id of await work.generations()) await work.remove(id);
});
afterAll(async () => {
  await executors.stop();
  expect(childProcesses()).toEqual([]);
  rmSync(folder, { recursive: true });
});

const step = (generationIds: readonly string[], more: Partial<UnitOf<'step'>> = { more: true }) =>
  executors.run({ kind: 'step', generationIds, checkpoint: [], ...more });

/** The steps that are left. @returns how many of them had been begun before they were asked for */
async function goOn(generationIds: readonly string[], done: number, more?: Partial<UnitOf<'step'>>): Promise<number> {
  let ahead = 0;
  for (let i = done; i < settings.steps; i++) if ((await step(generationIds, more)).aheadSeconds > 0) ahead++;
  return ahead;
}

test('the denoiser says that its sessions leave the thread free', async () => {
  const { directory: bundle } = model;
  const load = { kind: 'load', bundle, component: 'denoiser' } as const;
  expect(await executors.run(load)).toEqual({ runsAside: true });
  const blocking = new Executors(work.directory);
  expect(await blocking.run(load)).toEqual({ runsAside: false });
  await blocking.stop();
});

test('every step but the first is begun ahead: the same bits', async () => {
  await scheduler.open('a', request);
  expect(await goOn(['a'], 0)).toBe(settings.steps - 1);
  expect(await scheduler.outcome('a')).toEqual(undisturbed);
});

test('where nobody says that more is likely, or takes it back in time, none is', async () => {
  await scheduler.open('a', request);
  expect(await goOn(['a'], 3, {})).toBe(0);
  let taken: Promise<unknown> | undefined;
  await executors.sendAtOnce(async () => {
    taken = step(['a']);
    // The unit is on its way by then, and will compute beside the thread that hears the next message.
    await new Promise(setImmediate);
    executors.noMore();
  });
  await taken;
  expect((await step(['a'])).aheadSeconds).toBe(0);
  expect((await step(['a'])).aheadSeconds).toBeGreaterThan(0);
  expect(await scheduler.outcome('a')).toEqual(undisturbed);
});

test('taken back before the step is sent: it has what was begun for it, and begins none', async () => {
  await scheduler.open('a', request);
  await step(['a']);
  const before = executors.run({ kind: 'checkpoint', generationIds: ['a'] });
  const waiting = step(['a']);
  executors.noMore();
  await before;
  expect((await waiting).aheadSeconds).toBeGreaterThan(0);
  expect((await step(['a'])).aheadSeconds).toBe(0);
});

test('another generation’s step comes instead, then a batch of both, then rows one by one', async () => {
  await scheduler.open('b', request);
  await scheduler.open('a', request);
  await step(['a']);
  expect((await step(['b'])).aheadSeconds).toBe(0);
  expect((await step(['a', 'b'])).aheadSeconds).toBe(0);
  expect((await step(['a', 'b'])).aheadSeconds).toBeGreaterThan(0);
  expect((await step(['b', 'a'])).aheadSeconds).toBe(0);
  expect((await step(['b', 'a'], { more: true, rowsAtOnce: 1 })).aheadSeconds).toBe(0);
  expect((await step(['b', 'a'], { more: true, rowsAtOnce: 1 })).aheadSeconds).toBeGreaterThan(0);
  expect(await scheduler.outcome('a')).toEqual(undisturbed);
  expect(await scheduler.outcome('b')).toEqual(undisturbed);
});

test('checkpoint, another generation opened or forgotten: the step goes on; its own forgotten: it is dropped', async () => {
  await scheduler.open('b', request);
  await scheduler.open('a', request);
  await step(['a']);
  await executors.run({ kind: 'checkpoint', generationIds: ['a'] });
  await executors.run({ kind: 'open', generationId: 'c', bundle: model.directory, request });
  await executors.run({ kind: 'forget', generationIds: ['b', 'c'] });
  expect((await step(['a'])).aheadSeconds).toBeGreaterThan(0);
  await executors.run({ kind: 'forget', generationIds: ['a'] });
  expect(await scheduler.open('a', request)).toBe(1);
  expect((await step(['a'])).aheadSeconds).toBe(0);
  await goOn(['a'], 2);
  expect(await scheduler.outcome('a')).toEqual(undisturbed);
});

test('a row of the step asked for by itself, as where guidance is split: the same velocities', async () => {
  await scheduler.open('a', request);
  await step(['a']);
  for (const row of ['unconditional', 'conditional'] as const) {
    await executors.run({ kind: 'predict', generationId: 'a', row });
  }
  const advanced = await executors.run({ kind: 'advance', generationId: 'a', checkpoint: false });
  expect(advanced).toMatchObject({ step: 2, finite: true });
  expect(await goOn(['a'], 2)).toBe(3);
  expect(await scheduler.outcome('a')).toEqual(undisturbed);
});

test('the denoiser is closed meanwhile: not before the step has ended, and it is computed again', async () => {
  await scheduler.open('a', request);
  await step(['a']);
  const { directory: bundle } = model;
  await executors.run({ kind: 'release', bundle, component: 'denoiser' });
  await executors.run({ kind: 'load', bundle, component: 'denoiser' });
  expect(await goOn(['a'], 1)).toBe(4);
  expect(await scheduler.outcome('a')).toEqual(undisturbed);
});

test('the executor is killed meanwhile: what was answered counts, no more', async () => {
  await scheduler.open('a', request);
  await step(['a']);
  await step(['a'], { more: true, checkpoint: ['a'] });
  await executors.kill();
  expect(await scheduler.open('a', request)).toBe(2);
  await goOn(['a'], 2);
  expect(await scheduler.outcome('a')).toEqual(undisturbed);
});

test('steps that are extrapolated, and guidance that ends', async () => {
  const shortcuts = { steps: 10, guidanceInterval: { start: 0, end: 0.6 }, cacheSteps: 1 };
  const short = { ...request, settings: { ...request.settings, ...shortcuts } };
  const expected = await scheduler.play('expected', short);
  await scheduler.open('a', short);
  for (let at = 0; at < 10; ) at = (await step(['a'])).members[0]?.step as number;
  expect(await scheduler.outcome('a')).toEqual(expected);
});
