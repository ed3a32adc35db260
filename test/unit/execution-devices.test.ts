import { availableParallelism, totalmem } from 'node:os';
import { expect, test } from 'vitest';
import { inactiveFileBytes, observeMemory } from '../../src/execution/device-memory.js';
import {
  chooseDevices,
  cpuDevice,
  cudaDevice,
  type Device,
  detectDevices,
  type Trial,
  visibleGpus,
} from '../../src/execution/devices.js';

test('there is always a CPU, with all its threads', async () => {
  const device = (await detectDevices()).at(-1);
  expect(device).toMatchObject({ id: 'cpu', kind: 'CPU' });
  expect(device?.totalBytes).toBeLessThanOrEqual(totalmem());
  expect(device?.totalBytes).toBeGreaterThan(2 ** 28);
  const threads = device?.lanes.map(({ executor }) => (executor.kind === 'CPU' ? executor.threads : 0));
  expect(threads?.reduce((a, b) => a + b)).toBe(availableParallelism());
});

const gpu = cudaDevice({ index: 0, name: 'G', uuid: 'GPU-0', totalBytes: 1 }, 0);
const trial = (...passing: Device[]): Trial => ({
  passedBy: async () => passing,
  async demand(gpus) {
    for (const one of gpus) if (!passing.includes(one)) throw new Error(`${one.id} fails`);
  },
});

test('devices are chosen by name, and a name that is not there is answered with those that are', async () => {
  expect((await chooseDevices('cpu', trial())).map(({ id }) => id)).toEqual(['cpu']);
  await expect(chooseDevices('cpu, tpu-0', trial())).rejects.toThrow('There is no device "tpu-0". Here are: auto, ');
});

test('left to itself it is all GPUs that pass the test, or the CPU', async () => {
  expect(await chooseDevices('auto', trial(gpu))).toEqual([gpu]);
  expect((await chooseDevices('auto', trial())).map(({ id }) => id)).toEqual(['cpu']);
});

test('a GPU that is named has to pass the test', async () => {
  const detect = async () => [gpu, cpuDevice()];
  expect(await chooseDevices('cuda-0', trial(gpu), detect)).toEqual([gpu]);
  await expect(chooseDevices('cuda-0,cpu', trial(), detect)).rejects.toThrow('cuda-0 fails');
  expect((await chooseDevices('cpu', trial(), detect)).map(({ id }) => id)).toEqual(['cpu']);
});

test('parts of the CPU are devices of their own', () => {
  expect([cpuDevice('cpu-0', 1), cpuDevice('cpu-1', 1)].flatMap(({ lanes }) => lanes)).toMatchObject([
    { id: 'cpu-0', executor: { threads: 1 } },
    { id: 'cpu-1', executor: { threads: 1 } },
  ]);
});

test('of the memory some is free, some ours, the rest of others', () => {
  const device = cpuDevice();
  const alone = observeMemory(device, []);
  expect(alone?.freeBytes).toBeGreaterThan(0);
  expect(alone?.oursBytes).toBeGreaterThan(2 ** 20);
  expect((alone?.freeBytes ?? 0) + (alone?.othersBytes ?? 0)).toBeLessThan(device.totalBytes);
  // A process that has ended holds nothing.
  expect(observeMemory(device, [2 ** 22 + 1])?.oursBytes).toBeLessThan(2 * (alone?.oursBytes ?? 0));
  // This one once more.
  expect(observeMemory(device, [process.pid])?.oursBytes).toBeGreaterThan(1.5 * (alone?.oursBytes ?? 0));
});

test.each([
  ['anon 5\ninactive_file 7\nactive_file 9\n', 7],
  ['cache 1\ninactive_file 7\ntotal_inactive_file 8\n', 8],
  ['', 0],
])('of a cgroup’s memory this is only page cache: %j', (stat, expected) => {
  expect(inactiveFileBytes(stat)).toBe(expected);
});

const gpus = [0, 1, 2].map((index) => ({ index, name: 'G', uuid: `GPU-${index}abc`, totalBytes: 1 }));

test.each([
  [undefined, [0, 1, 2]],
  ['2,0', [2, 0]],
  ['GPU-1, 0', [1, 0]],
  ['1,7,0', [1]],
  ['', []],
  ['-1', []],
])('CUDA_VISIBLE_DEVICES=%s', (variable, expected) => {
  expect(visibleGpus(gpus, variable).map(({ index }) => index)).toEqual(expected);
});
