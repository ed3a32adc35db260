import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { FileArtifactStore } from '../../src/artifacts/artifact-store.js';
import { cpuDevice, type Device } from '../../src/execution/devices.js';
import { lanesOf } from '../../src/execution/lanes.js';
import type { Job } from '../../src/scheduler/ports.js';
import type { SchedulerOptions, StepScheduler } from '../../src/scheduler/scheduler.js';
import type { InstalledModel } from '../../src/scheduler/work.js';
import { childProcesses } from '../support/child-processes.js';
import { compiled } from '../support/compiled.js';
import { MemoryRecorder, type Report } from '../support/memory-recorder.js';
import { importMicroModel } from '../support/micro-bundle.js';
import { plainJob, plainScheduler } from '../support/plain-scheduler.js';

/** The scheduler on executors that can begin steps ahead, as on a GPU: when it lets them, and that it changes no video. */
let folder: string;
let model: InstalledModel;
let artifacts: FileArtifactStore;
let recorder: MemoryRecorder;
let scheduler: StepScheduler;
/** What the log tells of each step. */
let steps: { readonly generationIds: readonly string[]; readonly aheadSeconds: number }[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reelql-ahead-'));
  model = await importMicroModel(folder);
  artifacts = await FileArtifactStore.open(join(folder, 'artifacts'));
});
beforeEach(() => {
  recorder = new MemoryRecorder();
  steps = [];
});
afterEach(async () => {
  await scheduler.stop();
  expect(childProcesses()).toEqual([]);
});
afterAll(() => rmSync(folder, { recursive: true }));

function start(device: Device = cpuDevice('cpu', 1), options: Partial<SchedulerOptions> = {}): void {
  const write = (line: string): void => {
    const entry = JSON.parse(line);
    if ('aheadSeconds' in entry) steps.push(entry);
  };
  scheduler = plainScheduler({
    ...{ devices: [device], recorder, artifacts, catalog: () => model },
    workDirectory: mkdtempSync(join(folder, 'work-')),
    log: pino({ level: 'debug' }, { write }),
    executorEntry: compiled('native-executor'),
    ...options,
  });
}

const settings = {
  width: 128,
  height: 128,
  frameCount: 9,
  fps: 8,
  guidanceScale: 5,
  guidanceRescale: 0,
  shift: 5,
  seed: 7,
} as const;
/** Still under way when somebody has acted upon the report of an early step, however busy the machine is. */
const long = { ...settings, sampler: 'UNIPC', steps: 64 } as const;

/** Resolves with the hash of the video, or with the kind of another end. */
async function play(generationId: string, changes: Partial<Job> = {}): Promise<string> {
  const job = { generationId, model: 'wan-micro', prompt: 'a red car', ...changes };
  scheduler.submit(plainJob({ settings: { ...settings, sampler: 'UNIPC', steps: 8 }, ...job }));
  const end = await recorder.end(generationId);
  return end.type === 'succeeded' ? (end.artifacts[0]?.sha256 ?? '') : end.type;
}

/** How many of a generation's steps had been begun before they were asked for. */
const ahead = (id: string): number =>
  steps.filter(({ generationIds, aheadSeconds }) => generationIds.includes(id) && aheadSeconds > 0).length;

/** Does something once, when a generation's step is reported. */
function atStep(id: string, step: number, act: () => void): void {
  let acted = false;
  recorder.on = (report: Report) => {
    if (acted || report.id !== id || report.type !== 'progressed' || report.progress.step < step) return;
    acted = true;
    act();
  };
}

test('one alone: every step but the first, and the video that other executors make', async () => {
  start();
  const video = await play('alone');
  expect(video).toMatch(/^[0-9a-f]{64}$/);
  expect(ahead('alone')).toBe(7);
  await scheduler.stop();
  start(cpuDevice('cpu', 1), { executorEntry: compiled('../../src/execution/executor') });
  expect(await play('blocking')).toBe(video);
  expect(ahead('blocking')).toBe(0);
});

test('on two lanes of a device, while the other one is idle', async () => {
  const lanes = lanesOf('cpu', { kind: 'CPU', threads: 8 }, 2 ** 35);
  start({ ...cpuDevice(), lanes: lanes.map((lane) => ({ ...lane, executor: { kind: 'CPU', threads: 1 } })) });
  await play('alone');
  expect(ahead('alone')).toBe(7);
});

test('canceled in the midst: no step of it is taken after that, and the next one’s video is as ever', async () => {
  start();
  const video = await play('before');
  let canceled: Promise<boolean> | undefined;
  atStep('canceled', 3, () => {
    canceled = scheduler.cancel('canceled');
  });
  const next = play('next');
  expect(await play('canceled', { priority: 1, settings: long })).toBe('canceled');
  expect(await canceled).toBe(true);
  expect(await next).toBe(video);
  expect(steps.filter(({ generationIds }) => generationIds.includes('canceled')).length).toBeLessThan(long.steps);
});

test('one that is more urgent comes: it goes first, and both videos are as ever', async () => {
  start();
  const [short, longer] = [await play('before'), await play('before, long', { settings: long })];
  let urgent: Promise<string> | undefined;
  atStep('patient', 3, () => {
    urgent = play('urgent', { priority: 1 });
  });
  expect(await play('patient', { settings: long })).toBe(longer);
  expect(await urgent).toBe(short);
  const order = steps.flatMap(({ generationIds }) => generationIds);
  expect(order.lastIndexOf('urgent')).toBeLessThan(order.lastIndexOf('patient'));
  expect(ahead('urgent')).toBeGreaterThan(0);
});

test('others wait for their turn: who goes on is known all the same', async () => {
  start();
  await play('before');
  const waiting = [1, 2, 3].map((i) => play(`waiting-${i}`, { client: 'b' }));
  await Promise.all(waiting);
  expect([1, 2, 3].reduce((sum, i) => sum + ahead(`waiting-${i}`), 0)).toBeGreaterThan(10);
});
