import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { FileArtifactStore } from '../../src/artifacts/artifact-store.js';
import { cpuDevice, type Device } from '../../src/execution/devices.js';
import { lanesOf } from '../../src/execution/lanes.js';
import { type Policy, plan } from '../../src/scheduler/policy.js';
import type { Job } from '../../src/scheduler/ports.js';
import type { StepScheduler } from '../../src/scheduler/scheduler.js';
import type { InstalledModel } from '../../src/scheduler/work.js';
import { childProcesses } from '../support/child-processes.js';
import { MemoryRecorder, type Report } from '../support/memory-recorder.js';
import { importMicroModel } from '../support/micro-bundle.js';
import { plainJob, plainScheduler } from '../support/plain-scheduler.js';
import { splittingPolicy } from '../support/splitting-policy.js';

/** The real scheduler and real executors on machines of other shapes than this one: whatever the lanes, the same video. */
let folder: string;
let model: InstalledModel;
let artifacts: FileArtifactStore;
let picture: string;
let scheduler: StepScheduler | null = null;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reelql-lanes-'));
  model = await importMicroModel(folder);
  artifacts = await FileArtifactStore.open(join(folder, 'artifacts'));
  picture = join(folder, 'picture.png');
  const green = { width: 90, height: 50, channels: 3, background: 'green' } as const;
  await sharp({ create: green }).png().toFile(picture);
});
afterEach(async () => {
  await scheduler?.stop();
  expect(childProcesses()).toEqual([]);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** As a CPU with 8 threads or a GPU has them, with a thread each. */
function twoLanes(): Device {
  const lanes = lanesOf('cpu', { kind: 'CPU', threads: 8 }, 2 ** 35);
  return { ...cpuDevice(), lanes: lanes.map((lane) => ({ ...lane, executor: { kind: 'CPU', threads: 1 } })) };
}

const machines: Readonly<Record<string, () => readonly Device[]>> = {
  'one lane': () => [cpuDevice('cpu', 1)],
  'a denoiser’s lane and a codec’s': () => [twoLanes()],
  'two devices': () => [cpuDevice('cpu-0', 1), cpuDevice('cpu-1', 1)],
};

function job(generationId: string, firstFrame: string | null, changes: Partial<Job['settings']> = {}): Job {
  const settings = { width: 64, height: 64, frameCount: 9, fps: 8, steps: 6, guidanceScale: 5, shift: 5, seed: 7 };
  return plainJob({
    generationId,
    model: 'wan-micro',
    prompt: 'a red car',
    settings: { ...settings, guidanceRescale: 0, sampler: 'UNIPC', ...changes },
    firstFrame,
  });
}

/** Rows: 2 2 0 2 0 2 1 1 0 1 */
const shortcuts = { steps: 10, guidanceRescale: 0.7, guidanceInterval: { start: 0, end: 0.6 }, cacheSteps: 1 };

function start(devices: readonly Device[], workDirectory: string, recorder: MemoryRecorder, policy: Policy = plan) {
  return plainScheduler({ devices, workDirectory, recorder, artifacts, policy, catalog: () => model });
}

const videoOf = (end: Report): string =>
  end.type === 'succeeded' ? (end.artifacts[0]?.sha256 ?? '') : JSON.stringify(end);

/** Hashes of the videos of a text, of a picture, and of a text with steps skipped, made side by side. */
async function videosOn(devices: readonly Device[]): Promise<string[]> {
  const recorder = new MemoryRecorder();
  const workDirectory = mkdtempSync(join(folder, 'work-'));
  scheduler = start(devices, workDirectory, recorder);
  scheduler.submit(job('text', null));
  scheduler.submit(job('picture', picture));
  scheduler.submit(job('shortcuts', null, shortcuts));
  const ends = await Promise.all(['text', 'picture', 'shortcuts'].map((id) => recorder.end(id)));
  expect(ends[2]).toMatchObject({ usage: { denoiserRows: 11 } });
  const steps = recorder.progress('shortcuts').map(({ step }) => step);
  expect([...new Set(steps)]).toEqual([0, 1, 3, 5, 6, 7, 9, 10]);
  const kept = () => ['checkpoints', 'first-frames'].flatMap((name) => readdirSync(join(workDirectory, name)));
  await expect.poll(kept).toEqual([]);
  await scheduler.stop();
  return ends.map(videoOf);
}

let expected: string[] | undefined;

test.each(Object.keys(machines))('a video from a text and one from a picture, on %s', async (name) => {
  const videos = await videosOn((machines[name] as () => readonly Device[])());
  expect(videos[0]).toMatch(/^[0-9a-f]{64}$/);
  expect(videos[1]).toMatch(/^[0-9a-f]{64}$/);
  expect(videos[2]).toMatch(/^[0-9a-f]{64}$/);
  expect(new Set(videos).size).toBe(3);
  expected ??= videos;
  expect(videos).toEqual(expected);
});

test('guided steps split over two devices: the same video, and so where one half cannot reach the other', async () => {
  const devices = [cpuDevice('cpu-0', 1), cpuDevice('cpu-1', 1)];
  const recorder = new MemoryRecorder();
  const workDirectory = mkdtempSync(join(folder, 'work-'));
  let splits = 0;
  const splitting = splittingPolicy(() => splits++);
  scheduler = start(devices, workDirectory, recorder, splitting);
  const videoOfJob = async (id: string, batching: Job['batching']): Promise<string> => {
    scheduler?.submit({ ...job(id, null, { guidanceRescale: 0.7 }), batching });
    return videoOf(await recorder.end(id));
  };
  const alone = await videoOfJob('alone', 'SOLO');
  expect(alone).toMatch(/^[0-9a-f]{64}$/);
  expect(splits).toBe(0);
  expect(await videoOfJob('split', 'AUTO')).toBe(alone);
  expect(splits).toBe(6);
  const halves = join(workDirectory, 'velocities');
  await expect.poll(() => readdirSync(halves)).toEqual([]);
  rmSync(halves, { recursive: true });
  writeFileSync(halves, 'no folder');
  expect(await videoOfJob('undelivered', 'AUTO')).toBe(alone);
  expect(splits).toBe(12);
});
