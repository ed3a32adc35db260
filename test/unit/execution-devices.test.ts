import { availableParallelism, totalmem } from 'node:os';
import { expect, test } from 'vitest';
import { chooseDevices, detectDevices, freeBytes } from '../../src/execution/devices.js';

test('there is always a CPU, with all its threads', async () => {
  const device = (await detectDevices()).at(-1);
  expect(device).toMatchObject({ id: 'cpu', kind: 'CPU' });
  expect(device?.totalBytes).toBeLessThanOrEqual(totalmem());
  expect(device?.totalBytes).toBeGreaterThan(2 ** 28);
  expect(device?.executor).toEqual({ kind: 'CPU', threads: availableParallelism() });
  if (device) expect(await freeBytes(device)).toBeLessThan(device.totalBytes);
});

test('left to itself it is the CPU, also beside a GPU', async () => {
  expect((await chooseDevices('auto')).map(({ kind }) => kind)).toEqual(['CPU']);
});

test('devices are chosen by name, and a name that is not there is answered with those that are', async () => {
  expect((await chooseDevices('cpu')).map(({ id }) => id)).toEqual(['cpu']);
  await expect(chooseDevices('cpu, tpu-0')).rejects.toThrow('There is no device "tpu-0". Here are: auto, cpu');
});
