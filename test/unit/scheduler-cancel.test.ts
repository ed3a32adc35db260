import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type Policy, plan } from '../../src/scheduler/policy.js';
import type { SchedulerOptions, StepScheduler } from '../../src/scheduler/scheduler.js';
import type { MemoryRecorder } from '../support/memory-recorder.js';
import { ScriptedScheduler, withSteps } from '../support/scripted-scheduler.js';

/** Ends that others bring about: who asked for a generation, whoever has written its end, and the server that stops. */
let scripted: ScriptedScheduler;
let scheduler: StepScheduler;
let recorder: MemoryRecorder;
const start = async (changes: Partial<SchedulerOptions> = {}) => {
  scripted = await ScriptedScheduler.start(changes);
  ({ scheduler, recorder } = scripted);
};
afterEach(async () => {
  await scheduler.stop();
  expect(readdirSync(join(scripted.folder, 'staged'))).toEqual([]);
  await scripted.stop();
});

test('cancel while waiting', async () => {
  await start();
  scripted.submit('a');
  scripted.submit('b');
  expect(await scheduler.cancel('b')).toBe(true);
  await expect.poll(() => scheduler.cancel('b')).toBe(false);
  expect(recorder.of('b').map(({ type }) => type)).toEqual(['canceled']);
  expect((await recorder.end('a')).type).toBe('succeeded');
});

test.each([
  ['LOADING', 0],
  ['ENCODING_TEXT', 0],
  ['DENOISING', 2],
  ['DECODING', 4],
  ['ENCODING_VIDEO', 4],
] as const)('cancel in %s at step %i: nothing of it happens afterwards', async (phase, step) => {
  await start();
  const canceled: Promise<boolean>[] = [];
  recorder.on = (report) => {
    if (report.type !== 'progressed' || report.id !== 'a') return;
    if (report.progress.phase !== phase || report.progress.step !== step || canceled.length > 0) return;
    canceled.push(scheduler.cancel('a'), scheduler.cancel('a'));
  };
  scripted.submit('a');
  await recorder.end('a');
  expect(await Promise.all(canceled)).toEqual([true, true]);
  expect((await scripted.outcome('b')).type).toBe('succeeded');
  expect(recorder.of('a').at(-1)?.type).toBe('canceled');
  expect(recorder.progress('a').every((progress) => progress.step <= step)).toBe(true);
  expect(await scheduler.cancel('a')).toBe(false);
});

test('cancel against success: one of them wins, and both agree on which', async () => {
  await start();
  let canceling: Promise<boolean> | undefined;
  recorder.on = (report) => {
    if (report.type === 'succeeded') canceling = scheduler.cancel('a');
  };
  const end = await scripted.outcome('a');
  expect(await canceling).toBe(end.type === 'canceled');
});

test('a generation that somebody else has ended is left alone', async () => {
  await start();
  recorder.on = (report) => {
    if (report.type === 'progressed' && report.progress.step === 1)
      recorder.reports.push({ type: 'canceled', id: 'a' });
  };
  scripted.submit('a');
  scripted.submit('b', { settings: withSteps(1) });
  await expect.poll(() => recorder.of('b').length).toBeGreaterThan(0);
  expect(recorder.of('a').filter(({ type }) => type === 'failed' || type === 'succeeded')).toEqual([]);
});

test('stop in mid-step: unfinished generations stay as they are, nothing is recorded', async () => {
  let asking: string[] = [];
  const policy: Policy = (snapshot) => {
    asking = snapshot.asks.map(({ generationId }) => generationId);
    return plan(snapshot);
  };
  await start({ policy });
  const told = new Promise<void>((resolve) => {
    recorder.on = (report) => {
      if (report.type === 'progressed' && report.progress.step === 1) resolve();
    };
  });
  scripted.submit('a', { prompt: 'step2=hang' });
  await told;
  // In its second step, which never ends: no other has its turn before.
  await expect.poll(() => scheduler.devices()[0]?.running).toEqual(['a']);
  scripted.submit('b');
  await expect.poll(() => asking).toEqual(['b']);
  await scheduler.stop();
  expect(recorder.of('a').at(-1)).toMatchObject({ type: 'progressed' });
  expect(recorder.of('b')).toEqual([]);
  scripted.submit('c');
  expect(scheduler.queue()).toEqual({ waiting: [], running: [] });
});
