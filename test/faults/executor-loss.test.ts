import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { FileArtifactStore } from '../../src/artifacts/artifact-store.js';
import { cpuDevice, type Device } from '../../src/execution/devices.js';
import type { Job } from '../../src/scheduler/ports.js';
import type { SchedulerOptions, StepScheduler } from '../../src/scheduler/scheduler.js';
import type { InstalledModel } from '../../src/scheduler/work.js';
import { EncoderFailed } from '../../src/video/encode-video.js';
import { childProcesses } from '../support/child-processes.js';
import { MemoryRecorder, type Report } from '../support/memory-recorder.js';
import { importMicroModel } from '../support/micro-bundle.js';
import { inWeights, map, microModel } from '../support/mutate-model.js';
import { plainJob, plainScheduler } from '../support/plain-scheduler.js';
import { probeVideo } from '../support/probe-video.js';

/** The real executor, on a model with real arithmetic and random weights. */
let folder: string;
let model: InstalledModel;
/** What the catalog answers. */
let installed: InstalledModel;
let artifacts: FileArtifactStore;
let recorder: MemoryRecorder;
let scheduler: StepScheduler;
let devices: readonly Device[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reelql-faults-'));
  model = await importMicroModel(folder);
  artifacts = await FileArtifactStore.open(join(folder, 'artifacts'));
});
afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(async () => {
  installed = model;
  recorder = new MemoryRecorder();
  // One executor, however many cores the machine has: from 8 threads there are two.
  devices = [cpuDevice('cpu', 2)];
  scheduler = startScheduler();
});

function startScheduler(changes: Partial<SchedulerOptions> = {}): StepScheduler {
  return plainScheduler({
    devices,
    workDirectory: join(folder, 'work'),
    catalog: () => installed,
    recorder,
    artifacts,
    hostOptions: { backoff: { firstMs: 10, mostMs: 50 } },
    ...changes,
  });
}
afterEach(async () => {
  await scheduler.stop();
  expect(childProcesses()).toEqual([]);
  expect(readdirSync(join(folder, 'artifacts', 'staged'))).toEqual([]);
});

function job(generationId: string, changes: Partial<Job['settings']> = {}): Job {
  const settings = { width: 64, height: 64, frameCount: 9, fps: 8, steps: 4, guidanceScale: 5, shift: 5, seed: 7 };
  return plainJob({
    generationId,
    model: 'wan-micro',
    prompt: 'a red car',
    settings: { ...settings, guidanceRescale: 0, sampler: 'UNIPC', ...changes },
    batching: 'AUTO',
  });
}

async function outcome(generation: Job) {
  scheduler.submit(generation);
  return recorder.end(generation.generationId);
}

/** The hash of the video file, which the frames decide, or why there is none. */
function videoOf(end: Report): string {
  return end.type === 'succeeded' ? (end.artifacts[0]?.sha256 ?? '') : JSON.stringify(end);
}

/** The executor is the only child that is there while no video is encoded. */
function executor(): number {
  const [pid, ...others] = childProcesses();
  expect(others).toEqual([]);
  return pid as number;
}

test('prompt to video, twice: the same settings give the same bytes', async () => {
  const ends = [await outcome(job('a')), await outcome(job('b'))];
  const hashes = ends.map((end) => (end.type === 'succeeded' ? end.artifacts[0]?.sha256 : JSON.stringify(end)));
  expect(hashes[0]).toMatch(/^[0-9a-f]{64}$/);
  expect(hashes[1]).toBe(hashes[0]);
  const facts = await probeVideo(artifacts.path(hashes[0] as string));
  expect(facts).toMatchObject({ frames: 9, fps: 8, width: 64, height: 64, pixelFormat: 'yuv420p' });
  const previews = recorder.progress('a').flatMap(({ preview }) => preview ?? []);
  expect(previews.map(({ step, frameCount }) => [step, frameCount])).toEqual([
    [1, 3],
    [2, 3],
    [3, 3],
    [4, 3],
  ]);
  const [first] = ends;
  if (first?.type === 'succeeded') expect(first.usage.peakBytes).toBeGreaterThan(1e7);
});

test('kill -9 in mid-step: it goes on from its checkpoint on a new executor, and the video is the same to the bit', async () => {
  const undisturbed = await outcome(job('u', { steps: 12 }));
  let killed = 0;
  recorder.on = (report) => {
    if (report.type !== 'progressed' || report.progress.step !== 7 || killed !== 0) return;
    killed = executor();
    process.kill(killed, 'SIGKILL');
  };
  const end = await outcome(job('a', { steps: 12 }));
  expect(videoOf(end)).toBe(videoOf(undisturbed));
  expect(recorder.of('a').filter(({ type }) => type === 'resumed')).toMatchObject([{ cause: 'DEVICE_LOST' }]);
  if (end.type === 'succeeded') expect(end.usage.resumes).toBe(1);
  expect(executor()).not.toBe(killed);
});

test('kill -9 between two generations costs neither of them anything', async () => {
  expect((await outcome(job('a'))).type).toBe('succeeded');
  process.kill(executor(), 'SIGKILL');
  await expect.poll(() => scheduler.devices()[0]?.status).toBe('LOST');
  expect((await outcome(job('b'))).type).toBe('succeeded');
});

test('kill -9 when all is in place for a unit, and the unit has not begun', async () => {
  const undisturbed = videoOf(await outcome(job('u')));
  const struck = new Set<string>();
  recorder.on = async (report) => {
    if (report.type !== 'progressed' || report.progress.preview || struck.has(report.progress.phase)) return;
    const { phase } = report.progress;
    // Told between opening the state, or the decoder, and the first unit.
    if (phase !== 'DENOISING' && phase !== 'DECODING') return;
    struck.add(phase);
    for (const pid of childProcesses('executor')) process.kill(pid, 'SIGKILL');
    await expect.poll(() => scheduler.devices()[0]?.loaded).toEqual([]);
  };
  expect(videoOf(await outcome(job('a')))).toBe(undisturbed);
  expect([...struck]).toEqual(['DENOISING', 'DECODING']);
});

test('kill -9 before the first step, and while the frames are decoded', async () => {
  const prompt = 'a text that is not encoded yet';
  const struck = new Set<string>();
  recorder.on = (report) => {
    if (report.type !== 'progressed' || struck.has(report.progress.phase)) return;
    if (report.progress.phase !== 'ENCODING_TEXT' && report.progress.phase !== 'DECODING') return;
    struck.add(report.progress.phase);
    for (const pid of childProcesses('executor')) process.kill(pid, 'SIGKILL');
  };
  const disturbed = videoOf(await outcome({ ...job('a'), prompt }));
  expect(disturbed).toBe(videoOf(await outcome({ ...job('u'), prompt })));
  expect([...struck]).toEqual(['ENCODING_TEXT', 'DECODING']);
});

test('five losses without a step in between end in DEVICE_LOST', async () => {
  const pids = new Set<number>();
  const watch = setInterval(() => {
    for (const pid of childProcesses('executor')) {
      pids.add(pid);
      process.kill(pid, 'SIGKILL');
    }
  }, 20);
  const end = await outcome(job('a')).finally(() => clearInterval(watch));
  expect(end).toMatchObject({ type: 'failed', failure: { code: 'DEVICE_LOST', retryable: true } });
  expect(pids.size).toBe(5);
  expect((await outcome(job('b'))).type).toBe('succeeded');
});

test('another server goes on where this one was ended, from the checkpoint, to the same video', async () => {
  const settings = { steps: 40, width: 64, height: 64 };
  const undisturbed = videoOf(await outcome(job('u', settings)));
  const started = new Promise<void>((resolve) => {
    recorder.on = (report) => {
      if (report.type === 'progressed' && report.id === 'a' && report.progress.step === 39) resolve();
    };
  });
  scheduler.submit(job('a', settings));
  await started;
  await scheduler.stop();
  expect(recorder.of('a').at(-1)?.type).toBe('progressed');
  scheduler = startScheduler();
  recorder.reports.length = 0;
  const resumedAt = await scheduler.checkpointedStep(job('a', settings));
  expect(videoOf(await outcome(job('a', settings)))).toBe(undisturbed);
  // At least the first step of this life is after that of the checkpoint.
  expect(recorder.progress('a').filter(({ step }) => step > 0)[0]?.step).toBeGreaterThanOrEqual(resumedAt);
  await expect.poll(() => readdirSync(join(folder, 'work', 'checkpoints'))).toEqual([]);
});

test('what was denoised and could not be encoded is decoded by the retry, without a step', async () => {
  const end = await outcome(job('a'));
  const broken = { encode: () => Promise.reject(new EncoderFailed('The video encoder failed.', 'no such codec')) };
  await scheduler.stop();
  scheduler = startScheduler({ videoEncoder: broken });
  expect(await outcome(job('b'))).toMatchObject({ type: 'failed', failure: { code: 'ENCODER_FAILED' } });
  await scheduler.stop();
  scheduler = startScheduler();
  expect(videoOf(await outcome({ ...job('c'), continues: 'b' }))).toBe(videoOf(end));
  expect(recorder.progress('c').map(({ phase }) => phase)).not.toContain('DENOISING');
});

test('finished latents that are damaged behind their header are denoised again, and the log says so', async () => {
  const end = await outcome(job('a'));
  const broken = { encode: () => Promise.reject(new EncoderFailed('The video encoder failed.', 'no such codec')) };
  await scheduler.stop();
  scheduler = startScheduler({ videoEncoder: broken });
  expect((await outcome(job('damaged'))).type).toBe('failed');
  await scheduler.stop();
  const checkpoint = join(folder, 'work', 'checkpoints', 'damaged.safetensors');
  const bytes = readFileSync(checkpoint);
  bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
  writeFileSync(checkpoint, bytes);
  scheduler = startScheduler();
  expect(await scheduler.checkpointedStep(job('damaged'))).toBe(4);
  expect(videoOf(await outcome({ ...job('c'), continues: 'damaged' }))).toBe(videoOf(end));
  expect(recorder.of('c').filter(({ type }) => type === 'resumed')).toMatchObject([
    { fromStep: 0, cause: 'CHECKPOINT_DAMAGED' },
  ]);
  expect(recorder.progress('c').flatMap(({ preview }) => preview?.step ?? [])).toEqual([1, 2, 3, 4]);
});

test('cancel in mid-run: no step after it, and the executor stays', async () => {
  let canceling: Promise<boolean> | undefined;
  let pid = 0;
  recorder.on = (report) => {
    if (report.type !== 'progressed' || report.id !== 'a' || report.progress.step !== 3 || canceling) return;
    pid = executor();
    canceling = scheduler.cancel('a');
  };
  expect((await outcome(job('a', { steps: 50 }))).type).toBe('canceled');
  expect(await canceling).toBe(true);
  expect(recorder.progress('a').at(-1)?.step).toBeLessThanOrEqual(3);
  expect((await outcome(job('b'))).type).toBe('succeeded');
  expect(executor()).toBe(pid);
});

test('a truncated weight file is named without its path, and the server goes on', async () => {
  const broken = await importMicroModel(folder, 'broken');
  const { weights } = broken.manifest.vae;
  truncateSync(join(broken.directory, weights.folder, weights.files[0]?.name ?? ''), 5000);
  installed = broken;
  const end = await outcome(job('a'));
  if (end.type !== 'failed') throw new Error(end.type);
  expect(end.failure.code).toBe('MODEL_LOAD_FAILED');
  expect(end.failure.message).toMatch(
    /: \S+\.safetensors has changed since the import: expected \d+ bytes, found 5000/,
  );
  expect(end.failure.message).not.toContain(folder);
  installed = model;
  expect((await outcome(job('b', {}))).type).toBe('succeeded');
});

test.each([
  ['text_encoder', 'encoder.block.1.layer.1.DenseReluDense.wo.weight', 'while the prompt was encoded'],
  ['transformer', 'blocks.1.ffn.net.2.weight', 'in step 1 of 4'],
  ['vae', 'decoder.mid_block.resnets.1.conv2.weight', 'while the frames were decoded'],
] as const)(
  'weights of the %s that overflow end in NUMERIC_OVERFLOW, not in grey frames',
  async (component, name, where) => {
    const source = join(folder, `${component}-source`);
    await cp(microModel, source, { recursive: true });
    await inWeights(component, (weights) => map(weights, name, (value) => 3e38 * Math.sign(value)))(source);
    installed = await importMicroModel(folder, `overflowing-${component.replace('_', '-')}`, source);
    const end = await outcome(job(component));
    expect(end).toMatchObject({
      type: 'failed',
      failure: { code: 'NUMERIC_OVERFLOW', message: `The numbers overflowed ${where}.`, retryable: false },
    });
    installed = model;
    expect((await outcome(job(`${component}-after`))).type).toBe('succeeded');
  },
);

test('NaN in the latents ends in NUMERIC_OVERFLOW', async () => {
  // More than float32 can hold.
  const end = await outcome(job('a', { guidanceScale: 1e300 }));
  expect(end).toMatchObject({ type: 'failed', failure: { code: 'NUMERIC_OVERFLOW', retryable: false } });
  expect((await outcome(job('b'))).type).toBe('succeeded');
});
