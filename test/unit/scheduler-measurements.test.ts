import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cpuDevice } from '../../src/execution/devices.js';
import { createLog } from '../../src/log.js';
import type { CostUnit } from '../../src/scheduler/cost-model.js';
import { Measurements } from '../../src/scheduler/measurements.js';
import type { PeakUnit } from '../../src/scheduler/memory-model.js';

const log = createLog('silent');
const device = { ...cpuDevice('cpu', 2), name: 'A processor' };
const step: CostUnit = { model: 'toy', kind: 'step', size: 100, rows: 2, effort: 1e9 };
const peak: PeakUnit = { model: 'toy', component: 'denoiser', size: 200, modeledBytes: 1 };
let folder: string;
let path: string;
const opened: Measurements[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reelql-measurements-'));
  path = join(folder, 'work', 'measurements.json');
});
afterEach(async () => {
  for (const measurements of opened.splice(0)) await measurements.close();
  await rm(folder, { recursive: true });
});

async function open(identity = 'a', options: { saveEveryMs?: number; path?: string } = {}): Promise<Measurements> {
  const measurements = await Measurements.open({ path, identities: new Map([['toy', identity]]), log, ...options });
  opened.push(measurements);
  return measurements;
}

async function learn(identity = 'a'): Promise<void> {
  const measurements = await open(identity);
  const { costs, peaks } = measurements.of(device);
  for (const seconds of [3, 2, 2.1]) costs.observe(step, seconds);
  peaks.observe(peak, 1000);
  await measurements.close();
}

test('the next server knows what this one measured', async () => {
  await learn();
  const { costs, peaks } = (await open()).of(device);
  expect(costs.predict(step)).toMatchObject({ basis: 'MEASURED', samples: 3 });
  expect(peaks.predict(peak)).toEqual({ bytes: 1050, basis: 'MEASURED' });
  expect(await readdir(join(folder, 'work'))).toEqual(['measurements.json']);
});

test('it holds for these weights and this device, and stays in the file for when they come back', async () => {
  await learn();
  const others = await open('b');
  expect(others.of(device).costs.cells).toEqual([]);
  const quicker = { ...cpuDevice('cpu', 8), name: 'A processor' };
  expect(others.of(quicker).costs.cells).toEqual([]);
  others.of(device).costs.observe(step, 9);
  await others.close();
  expect((await open('a')).of(device).costs.samples(step)).toBe(3);
  expect((await open('b')).of(device).costs.samples(step)).toBe(1);
});

test('devices of the same name learn together', async () => {
  const measurements = await open();
  measurements.of(device).costs.observe(step, 1);
  expect(measurements.of({ ...device, id: 'cpu-1' }).costs.samples(step)).toBe(1);
});

test.each([
  ['half a file', '{"version":2,"devi'],
  ['of another version', '{"version":2,"devices":{}}'],
  [
    'with numbers that cannot be',
    '{"version":2,"devices":{"A processor, 2 threads":{"a":{"costs":[{"kind":"step"}]}}}}',
  ],
])('a file %s counts as none, and is replaced', async (_, text) => {
  await mkdir(join(folder, 'work'));
  await writeFile(path, text);
  expect((await open()).of(device).costs.cells).toEqual([]);
  await learn();
  expect((await open()).of(device).costs.samples(step)).toBe(3);
});

test('what was learned is written while the server runs', async () => {
  const measurements = await open('a', { saveEveryMs: 5 });
  measurements.of(device).costs.observe(step, 1);
  await expect.poll(() => readFile(path, 'utf8').catch(() => '')).toContain('"step"');
});

test('nothing new, nothing written', async () => {
  await learn();
  const measurements = await open();
  measurements.of(device);
  await rm(path);
  await measurements.save();
  expect(await readdir(join(folder, 'work'))).toEqual([]);
});

test('a disk that takes nothing does not hurt', async () => {
  await writeFile(join(folder, 'work'), 'a file where a folder should be');
  const measurements = await open();
  measurements.of(device).costs.observe(step, 1);
  await measurements.save();
  expect(measurements.of(device).costs.samples(step)).toBe(1);
});
