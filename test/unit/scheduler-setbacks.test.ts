import { afterEach, expect, test } from 'vitest';
import { cpuDevice } from '../../src/execution/devices.js';
import type { SchedulerOptions } from '../../src/scheduler/scheduler.js';
import { EncoderFailed } from '../../src/video/encode-video.js';
import { ffmpegVideoEncoder } from '../../src/video/video-encoder.js';
import { deadThreads } from '../support/dead-threads.js';
import { oneLane, ScriptedScheduler, scriptedManifest, withSteps } from '../support/scripted-scheduler.js';

/** What goes wrong and is survived, and when it is not any more. */
let scripted: ScriptedScheduler;
const quick = { hostOptions: { backoff: { firstMs: 10, mostMs: 10 } } };
const start = async (changes: Partial<SchedulerOptions> = {}) => {
  scripted = await ScriptedScheduler.start({ ...quick, ...changes });
};
afterEach(() => scripted.stop());

test.each(['encode-text', 'step3', 'decode2'])(
  'a crash in %s costs no more than what was not on disk',
  async (unit) => {
    await start();
    const end = await scripted.outcome('a', { prompt: `${unit}=crash-once` });
    if (end.type !== 'succeeded') throw new Error(JSON.stringify(end));
    expect(scripted.story('a')).toEqual(['started', expect.stringMatching(/^resumed DEVICE_LOST/), 'succeeded']);
    expect(end.usage.resumes).toBe(1);
    const fractions = scripted.recorder.progress('a').map(({ fraction }) => fraction);
    expect([...fractions].sort((x, y) => x - y)).toEqual(fractions);
  },
);

test('a device that fails again and again is left alone while another can do its work', async () => {
  // The broken one is first in order, and would be given the generation until that is given up.
  await start({ devices: [cpuDevice('broken', deadThreads), oneLane('whole')] });
  expect((await scripted.outcome('a')).type).toBe('succeeded');
  expect(scripted.scheduler.devices()[0]?.status).toBe('LOST');
});

test('a device lost once: its generations go on elsewhere', async () => {
  await start({ devices: [oneLane('one'), oneLane('two')] });
  const ends = await Promise.all([
    scripted.outcome('a', { prompt: 'step3=crash-once' }),
    scripted.outcome('b', { settings: withSteps(8) }),
  ]);
  expect(ends.map(({ type }) => type)).toEqual(['succeeded', 'succeeded']);
});

test('memory that runs out once or twice is no failure, three times is', async () => {
  await start();
  expect((await scripted.outcome('a', { prompt: 'step2=memory-once step4=memory-once' })).type).toBe('succeeded');
  expect(await scripted.outcome('b', { prompt: 'step2=memory' })).toMatchObject({
    type: 'failed',
    failure: { code: 'OUT_OF_MEMORY', retryable: true },
  });
  expect((await scripted.outcome('c')).type).toBe('succeeded');
});

test('a batch that runs out of memory is split, and that size is not tried again soon', async () => {
  await start();
  const underWay = scripted.reached('a', 2);
  scripted.submit('a', { batching: 'AUTO', settings: withSteps(30), prompt: 'step6=memory-once' });
  await underWay;
  scripted.submit('b', { batching: 'AUTO', settings: withSteps(20) });
  const ends = await Promise.all(['a', 'b'].map((id) => scripted.recorder.end(id)));
  expect(ends.map(({ type }) => type)).toEqual(['succeeded', 'succeeded']);
});

/** Until a unit counts as hung: hundreds of times what one takes here that does not. */
const patience = 3;

test('a unit that hangs is ended and tried once more, then it is TIMED_OUT', async () => {
  await start({ watchdog: { multiple: 1, leastSeconds: patience, mostSeconds: patience } });
  const patient = await scripted.outcome('a', { prompt: 'step2=hang-once' });
  expect(patient.type).toBe('succeeded');
  expect(scripted.story('a')).toEqual(['started', 'resumed DEVICE_LOST 0', 'succeeded']);
  const end = await scripted.outcome('b', { prompt: 'step3=hang' });
  expect(end).toMatchObject({ type: 'failed', failure: { code: 'TIMED_OUT', retryable: true } });
  expect((await scripted.outcome('c')).type).toBe('succeeded');
});

test('a load that hangs is ended by what its bytes may take, also the first time', async () => {
  const catalog = () => ({ directory: '/models/small load=hang-once', manifest: scriptedManifest });
  await start({ catalog, watchdog: { multiple: 20, leastSeconds: patience, mostSeconds: 1800 } });
  const begun = performance.now();
  expect((await scripted.outcome('a')).type).toBe('succeeded');
  expect(scripted.story('a')).toEqual(['started', 'resumed DEVICE_LOST 0', 'succeeded']);
  expect(performance.now() - begun).toBeGreaterThan(1000 * patience);
});

test.each([
  [1, 'succeeded', undefined],
  [2, 'failed', 'ENCODER_FAILED'],
])('an encoder that fails %i times: %s', async (times, type, code) => {
  const real = ffmpegVideoEncoder();
  let failures = 0;
  await start({
    videoEncoder: {
      async encode(video) {
        const result = await real.encode(video);
        if (failures++ < times) throw new EncoderFailed('The video encoder failed.', 'Conversion failed!');
        return result;
      },
    },
  });
  const end = await scripted.outcome('a');
  expect(end).toMatchObject({ type, ...(code ? { failure: { code } } : {}) });
  expect(failures).toBe(2);
});

test('a hung ffmpeg is tried once more, then it is TIMED_OUT', async () => {
  const hung = new EncoderFailed('The video encoder stopped responding.', 'no progress for 60000 ms');
  let tries = 0;
  await start({
    videoEncoder: {
      encode() {
        tries++;
        return Promise.reject(hung);
      },
    },
  });
  expect(await scripted.outcome('a')).toMatchObject({ type: 'failed', failure: { code: 'TIMED_OUT' } });
  expect(tries).toBe(2);
});
