import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { GenerationRequest } from '../../src/execution/protocol.js';
import type { InstalledModel } from '../../src/scheduler/work.js';
import { childProcesses } from '../support/child-processes.js';
import type { Executors } from '../support/executors.js';
import { type Fault, faultyEntry } from '../support/faults.js';
import { importMicroModel } from '../support/micro-bundle.js';
import { PlayingScheduler } from '../support/playing-scheduler.js';

/** What goes wrong in real executors, and that the injected faults are what they are said to be. */
let folder: string;
let model: InstalledModel;
let executors: Executors;

const settings = { width: 64, height: 64, frameCount: 5, fps: 8, steps: 4, guidanceScale: 5, shift: 5, seed: 7 };
const request: GenerationRequest = {
  prompt: 'a red car',
  negativePrompt: '',
  settings: { ...settings, guidanceRescale: 0, sampler: 'UNIPC' },
  firstFrame: false,
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reelql-faulty-'));
  model = await importMicroModel(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(async () => {
  await executors.stop();
  expect(childProcesses()).toEqual([]);
});

async function play(faults: readonly Fault[], options: { silenceMs?: number } = {}): Promise<PlayingScheduler> {
  const work = mkdtempSync(join(folder, 'work-'));
  const scheduler = await PlayingScheduler.over(model, work, { entry: faultyEntry(faults), ...options });
  ({ executors } = scheduler);
  return scheduler;
}

test('out of memory in the second step: told as such, and the step can be asked for again', async () => {
  const scheduler = await play([{ what: 'out-of-memory', unit: 'step', after: 1, times: 1 }]);
  await scheduler.open('a', request);
  await scheduler.step('a');
  await expect(scheduler.step('a')).rejects.toThrow('OUT_OF_MEMORY');
  expect(await scheduler.step('a')).toMatchObject({ step: 2, finite: true });
});

test('a crash after the checkpoint was written, before anybody heard of it: the step counts', async () => {
  const scheduler = await play([{ what: 'crash', unit: 'step', generation: 'a', after: 1, times: 1, late: true }]);
  await scheduler.open('a', request);
  await scheduler.step('a');
  await expect(scheduler.step('a', true)).rejects.toThrow('DEVICE_LOST');
  expect(await scheduler.open('a', request)).toBe(2);
});

test('a stall ends with its deadline', async () => {
  const scheduler = await play([{ what: 'stall', unit: 'checkpoint' }]);
  await scheduler.open('a', request);
  await expect(executors.run({ kind: 'checkpoint', generationIds: ['a'] }, 0, 200)).rejects.toThrow('TIMED_OUT');
});

test('latents that are no numbers', async () => {
  const scheduler = await play([{ what: 'nan', unit: 'step', after: 1 }]);
  await scheduler.open('a', request);
  expect(await scheduler.step('a')).toMatchObject({ finite: true });
  expect(await scheduler.step('a', true)).toMatchObject({ finite: false, checkpointed: false });
});

test('an executor that answers and then falls silent is lost', async () => {
  const scheduler = await play([{ what: 'silence', unit: 'open', times: 1 }], { silenceMs: 500 });
  await scheduler.open('a', request);
  await executors.lost();
  expect(await scheduler.open('a', request)).toBe(0);
});

test('only batches of two are too large', async () => {
  const scheduler = await play([{ what: 'out-of-memory', unit: 'step', members: 2 }]);
  for (const id of ['a', 'b']) await scheduler.open(id, request);
  const both = { kind: 'step', generationIds: ['a', 'b'], checkpoint: [] } as const;
  await expect(executors.run(both)).rejects.toThrow('OUT_OF_MEMORY');
  for (const id of ['a', 'b']) expect(await scheduler.step(id)).toMatchObject({ step: 1 });
});
