import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { manifestSchema } from '../../inference/bundle/manifest.js';
import { FileArtifactStore } from '../../src/artifacts/artifact-store.js';
import { cpuDevice, type Device } from '../../src/execution/devices.js';
import type { RunContext } from '../../src/scheduler/generation-run.js';
import { weightsBytes } from '../../src/scheduler/memory-model.js';
import type { Job } from '../../src/scheduler/ports.js';
import type { StepScheduler } from '../../src/scheduler/scheduler.js';
import { encodeVideo } from '../../src/video/encode-video.js';
import { tapFrame } from '../../src/video/frames.js';
import { ffmpegVideoEncoder } from '../../src/video/video-encoder.js';
import { childProcesses } from '../support/child-processes.js';
import { compiled } from '../support/compiled.js';
import { MemoryRecorder } from '../support/memory-recorder.js';
import { plainJob, plainScheduler } from '../support/plain-scheduler.js';
import { probeVideo } from '../support/probe-video.js';
import { smallManifest } from '../support/small-manifest.js';

/** The shell's conduct, with an executor that follows a script (the prompt) instead of a model. */
const executorEntry = compiled('scripted-executor');
const manifest = manifestSchema.parse(smallManifest);
const cpu = (id: string): Device => {
  return { ...cpuDevice(id, 1), totalBytes: 8e9 };
};

let folder: string;
let artifacts: FileArtifactStore;
let recorder: MemoryRecorder;
let scheduler: StepScheduler;

function start(options: { devices?: readonly Device[]; bundle?: string } & Partial<RunContext> = {}): void {
  const { devices = [cpu('cpu')], bundle = '/models/small', ...context } = options;
  scheduler = plainScheduler({
    devices,
    catalog: (model) => (model === 'gone' ? undefined : { directory: bundle, manifest }),
    workDirectory: join(folder, 'work'),
    recorder,
    artifacts,
    executorEntry,
    hostOptions: { backoff: { firstMs: 10, mostMs: 50 } },
    ...context,
  });
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reelql-scheduler-'));
  artifacts = await FileArtifactStore.open(folder);
  recorder = new MemoryRecorder();
});

afterEach(async () => {
  await scheduler.stop();
  expect(readdirSync(join(folder, 'staged'))).toEqual([]);
  rmSync(folder, { recursive: true });
});

let age = 0;
function job(generationId: string, prompt = 'a car', changes: Partial<Job> = {}): Job {
  const settings = { width: 64, height: 32, frameCount: 9, fps: 8, steps: 4, guidanceScale: 5, shift: 5, seed: 1 };
  return plainJob({
    generationId,
    model: 'small',
    prompt,
    negativePrompt: 'blur',
    settings: { ...settings, guidanceRescale: 0, sampler: 'UNIPC' },
    createdAt: new Date(Date.now() + age++),
    batching: 'AUTO',
    ...changes,
  });
}

async function outcome(generation: Job) {
  scheduler.submit(generation);
  return recorder.end(generation.generationId);
}

test('a generation runs through its phases and leaves a video and a poster', async () => {
  start();
  const end = await outcome(job('a', 'a "red" car\n# fast', {}));
  if (end.type !== 'succeeded') throw new Error(JSON.stringify(end));
  // How often it tells of the encoding depends on the encoder.
  const progress = recorder.progress('a').slice(0, 13);
  expect(progress.map(({ phase, step }) => `${phase} ${step}`)).toEqual([
    'LOADING 0',
    'ENCODING_TEXT 0',
    'LOADING 0',
    'DENOISING 0',
    'DENOISING 1',
    'DENOISING 2',
    'DENOISING 3',
    'DENOISING 4',
    'LOADING 4',
    'DECODING 4',
    'DECODING 4',
    'DECODING 4',
    'ENCODING_VIDEO 4',
  ]);
  expect(progress.map(({ preview }) => preview?.step ?? null)).toEqual([
    ...[null, null, null, null, 1, 2, 3, 4],
    ...[null, null, null, null, null],
  ]);
  const [video, poster] = end.artifacts;
  expect(video).toMatchObject({ kind: 'VIDEO', mimeType: 'video/mp4', width: 64, height: 32, durationSeconds: 9 / 8 });
  expect(poster).toMatchObject({ kind: 'POSTER', mimeType: 'image/jpeg', durationSeconds: null });
  const facts = await probeVideo(artifacts.path(video?.sha256 ?? ''));
  expect(facts).toMatchObject({ frames: 9, fps: 8, width: 64, height: 32 });
  expect(JSON.parse(facts.comment ?? '')).toMatchObject({ prompt: 'a "red" car\n# fast', seed: 1, model: 'small' });
  // 3 loads, text, 4 steps and 3 chunks of half a second each, by the script.
  expect(end.usage).toMatchObject({ computeSeconds: 5.5, peakBytes: 1 });
});

test('the fraction never falls, and seconds are told as soon as a step was measured', async () => {
  const ffmpeg = ffmpegVideoEncoder();
  start({
    videoEncoder: {
      // However long it takes beside the rest, eight frames of nine are in the file before the end.
      async encode({ onEncoded, ...video }) {
        const encoded = await ffmpeg.encode(video);
        onEncoded?.(8);
        return encoded;
      },
    },
  });
  await outcome(job('a'));
  await outcome(job('b'));
  for (const id of ['a', 'b']) {
    const fractions = recorder.progress(id).map(({ fraction }) => fraction);
    expect([...fractions].sort((x, y) => x - y)).toEqual(fractions);
    expect(fractions.at(-1)).toBeGreaterThan(0.8);
    expect(fractions.at(-1)).toBeLessThanOrEqual(1);
  }
  const known = (id: string) => recorder.progress(id).map(({ secondsRemaining }) => secondsRemaining !== null);
  expect(known('a')).toEqual([false, false, false, false, ...Array(known('a').length - 4).fill(true)]);
  expect(known('b')).not.toContain(false);
  expect(recorder.progress('b')[1]?.secondsRemaining).toBeGreaterThanOrEqual(3.0);
});

test('one at a time on a device, by priority, then by age', async () => {
  start();
  const begun = new Promise<void>((resolve) => {
    recorder.on = ({ type }) => {
      if (type === 'started') resolve();
    };
  });
  scheduler.submit(job('first'));
  await begun;
  // Who has not asked yet would not be waited for.
  scheduler.setPaused(true);
  scheduler.submit(job('low', 'x', { priority: -1 }));
  scheduler.submit(job('normal'));
  scheduler.submit(job('high', 'x', { priority: 5 }));
  expect(scheduler.queue()).toEqual({ waiting: ['high', 'normal', 'low'], running: ['first'] });
  expect(['high', 'normal', 'low', 'first', 'nobody'].map((id) => scheduler.position(id))).toEqual([
    1,
    2,
    3,
    null,
    null,
  ]);
  await recorder.end('first');
  scheduler.setPaused(false);
  await Promise.all(['low', 'normal', 'high'].map((id) => recorder.end(id)));
  const started = recorder.reports.filter(({ type }) => type === 'started').map(({ id }) => id);
  expect(started).toEqual(['first', 'high', 'normal', 'low']);
});

test('the next one denoises while the video of the last is still being encoded', async () => {
  let release: () => void = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const real = ffmpegVideoEncoder();
  start({
    videoEncoder: {
      async encode(video) {
        const result = await real.encode(video);
        await held;
        return result;
      },
    },
  });
  recorder.on = (report) => {
    if (report.type === 'progressed' && report.id === 'b' && report.progress.step === 2) release();
  };
  scheduler.submit(job('a'));
  scheduler.submit(job('b'));
  expect((await recorder.end('a')).type).toBe('succeeded');
  expect((await recorder.end('b')).type).toBe('succeeded');
});

test('frames are decoded while the last step is still being reported', async () => {
  const encoder = ffmpegVideoEncoder();
  let onFrame = (): void => {};
  start({
    videoEncoder: { encode: (job) => encoder.encode({ ...job, frames: tapFrame(job.frames, 0, () => onFrame()) }) },
  });
  // Its networks are loaded then, and there is nothing else to wait for.
  await outcome(job('before'));
  const firstFrame = new Promise<void>((resolve) => {
    onFrame = resolve;
  });
  recorder.on = async (report) => {
    if (report.id === 'a' && report.type === 'progressed' && report.progress.preview?.step === 4) await firstFrame;
  };
  expect((await outcome(job('a'))).type).toBe('succeeded');
  const steps = recorder.progress('a').map(({ phase, step }) => `${phase} ${step}`);
  expect(steps.slice(steps.indexOf('DENOISING 4')).slice(0, 2)).toEqual(['DENOISING 4', 'DECODING 4']);
});

test('two devices have a generation each', async () => {
  start({ devices: [cpu('cuda-0'), cpu('cuda-1')] });
  scheduler.submit(job('a'));
  scheduler.submit(job('b'));
  await Promise.all([recorder.end('a'), recorder.end('b')]);
  const devices = recorder.reports.flatMap((report) => (report.type === 'started' ? [report.deviceId] : []));
  expect(devices.sort()).toEqual(['cuda-0', 'cuda-1']);
});

test('devices tell what they do and hold, and changes are announced', async () => {
  start();
  const seen = new Set<string>();
  const off = scheduler.onChange(() => {
    const [device] = scheduler.devices();
    seen.add(`${device?.status} ${device?.running.join()}`);
  });
  expect(scheduler.devices()[0]).toMatchObject({ id: 'cpu', status: 'IDLE', loaded: [], running: [] });
  await outcome(job('a'));
  expect([...seen]).toEqual(expect.arrayContaining(['LOADING a', 'BUSY a', 'IDLE ']));
  const { loaded = [], memory } = scheduler.devices()[0] ?? {};
  expect(loaded.map(({ component }) => component)).toEqual(['textEncoder', 'denoiser', 'vae']);
  const [text, denoiser, vae] = loaded.map(({ bytes }) => bytes) as [number, number, number];
  // The VAE's are charged with what decoding takes, and are there all the same.
  expect(memory?.weightsBytes).toBe(text + denoiser);
  expect(vae).toBe(weightsBytes(manifest, 'vae', 'CPU'));
  expect(vae).toBeGreaterThan(0);
  off();
});

test.each([
  ['step2=overflow', 'NUMERIC_OVERFLOW', false],
  ['encode-text=memory', 'OUT_OF_MEMORY', true],
  ['step3=crash', 'DEVICE_LOST', true],
  ['decode1=crash', 'DEVICE_LOST', true],
])('%s ends in %s, and the next generation succeeds', async (script, code, retryable) => {
  start();
  expect(await outcome(job('bad', script))).toMatchObject({ type: 'failed', failure: { code, retryable } });
  expect((await outcome(job('good'))).type).toBe('succeeded');
});

test('a model that cannot be loaded', async () => {
  start({ bundle: 'load=fail' });
  expect(await outcome(job('a'))).toMatchObject({ type: 'failed', failure: { code: 'MODEL_LOAD_FAILED' } });
});

test('a model that is not installed, and those who wait behind it', async () => {
  start();
  scheduler.submit(job('running'));
  scheduler.submit(job('a', 'x', { model: 'gone' }));
  scheduler.submit(job('b'));
  const end = await recorder.end('a');
  expect(end).toMatchObject({ failure: { code: 'MODEL_LOAD_FAILED', message: 'The model "gone" is not installed.' } });
  expect((await recorder.end('b')).type).toBe('succeeded');
});

test('what is in the files counts, while nothing but the encoding is left to do', async () => {
  const ffmpeg = ffmpegVideoEncoder();
  const encoding = () => recorder.progress('a').filter(({ phase }) => phase === 'ENCODING_VIDEO');
  start({
    videoEncoder: {
      async encode({ onEncoded, ...video }) {
        const encoded = await ffmpeg.encode(video);
        for (const frames of [3, 6]) {
          const told = encoding().length;
          onEncoded?.(frames);
          await expect.poll(() => encoding().length).toBe(told + 1);
        }
        onEncoded?.(9);
        return encoded;
      },
    },
  });
  expect((await outcome(job('a'))).type).toBe('succeeded');
  const [first, second, third, ...more] = encoding().map(({ fraction }) => fraction) as [number, number, number];
  expect(more).toEqual([]);
  expect(second).toBeGreaterThan(first);
  expect(third - second).toBeCloseTo(second - first);
  expect(third).toBeLessThan(1);
});

test('a broken ffmpeg is an encoder failure, a full disk a storage failure', async () => {
  const fails = (stderr: string) => ({
    encode: (video: Parameters<typeof encodeVideo>[0]) =>
      encodeVideo(video, { ffmpeg: '/bin/false' }).catch((error) => {
        throw Object.assign(error, { detail: stderr });
      }),
  });
  start({ videoEncoder: fails('Conversion failed!') });
  expect(await outcome(job('a'))).toMatchObject({ type: 'failed', failure: { code: 'ENCODER_FAILED' } });
  await scheduler.stop();
  start({ videoEncoder: fails('av_interleaved_write_frame(): No space left on device') });
  expect(await outcome(job('b'))).toMatchObject({ type: 'failed', failure: { code: 'STORAGE_FAILED' } });
});

test.each([true, false])('Ctrl-C reaches ffmpeg; the server is told to stop as well: %s', async (stops) => {
  start();
  const encoders = () => childProcesses('rawvideo');
  let signaled = false;
  const interrupted = new Promise<void>((resolve) => {
    recorder.on = async (report) => {
      if (signaled || report.type !== 'progressed' || report.progress.phase !== 'ENCODING_VIDEO') return;
      signaled = true;
      await expect.poll(encoders).toHaveLength(1);
      process.kill(encoders()[0] as number, 'SIGINT');
      resolve();
    };
  });
  scheduler.submit(job('a'));
  await interrupted;
  if (stops) {
    await expect.poll(encoders).toEqual([]);
    await scheduler.stop();
  } else await recorder.end('a');
  // If it was not the server's end, the video is encoded once more.
  expect(recorder.of('a').at(-1)?.type).toBe(stops ? 'progressed' : 'succeeded');
});

test('the database fails: the generation does, and the scheduler goes on', async () => {
  start();
  recorder.on = (report) => {
    if (report.type !== 'progressed' || report.id !== 'a' || report.progress.step !== 1) return;
    throw Object.assign(new Error('write failed'), { code: 'ENOSPC' });
  };
  expect(await outcome(job('a'))).toMatchObject({ failure: { code: 'STORAGE_FAILED', message: 'The disk is full.' } });
  expect((await outcome(job('b'))).type).toBe('succeeded');
});

test('a failure that cannot be written is written when it can be, and meanwhile the device works for others', async () => {
  start();
  let refusals = 0;
  recorder.on = (report) => {
    if (report.id !== 'a' || report.type === 'started') return;
    if (report.type === 'failed' && refusals === 2 && recorder.of('b').at(-1)?.type === 'succeeded') return;
    refusals = Math.min(2, refusals + 1);
    throw Object.assign(new Error('write failed'), { code: 'ENOSPC' });
  };
  scheduler.submit(job('a'));
  expect((await outcome(job('b'))).type).toBe('succeeded');
  expect(await recorder.end('a')).toMatchObject({ type: 'failed', failure: { code: 'STORAGE_FAILED' } });
});
