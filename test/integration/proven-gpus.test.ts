import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cpuDevice, cudaDevice, cudaProviderInstalled } from '../../src/execution/devices.js';
import { probeDevice } from '../../src/execution/probe.js';
import { provenGpus, trialBy } from '../../src/execution/proven-gpus.js';
import { childProcesses } from '../support/child-processes.js';
import { importMicroModel } from '../support/micro-bundle.js';

/** The test that a GPU has to pass, on what every machine has: a CPU that passes it, and a GPU that is not there. */
let folder: string;
let bundle: string;
const silent = pino({ level: 'silent' });
const absent = cudaDevice({ index: 97, name: 'No such GPU', uuid: 'GPU-97', totalBytes: 2 ** 34 }, 97);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reelql-proven-'));
  bundle = (await importMicroModel(folder)).directory;
});
afterAll(() => rmSync(folder, { recursive: true }));

function keptLog(): { log: typeof silent; lines: Record<string, string>[] } {
  const lines: Record<string, string>[] = [];
  return { lines, log: pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) }) };
}

test('a device that computes passes, and leaves no process behind', async () => {
  expect(await probeDevice(cpuDevice('cpu', 1), bundle, silent)).toBeNull();
  expect(childProcesses()).toEqual([]);
});

test('a GPU that cannot be used is named in the log, with what ONNX Runtime said and where to look', async () => {
  const { log, lines } = keptLog();
  expect(await provenGpus([absent], bundle, log)).toEqual([]);
  expect(lines[0]).toMatchObject({
    device: 'cuda-97',
    msg: expect.stringMatching(/cuda-97 is not used.*reelql doctor/),
  });
  expect(lines[0]?.problem).toMatch(/^load: .*(cuda|provider|backend)/is);
  expect(lines[1]?.msg).toMatch(/No GPU passed the test: generations run on the CPU/);
  expect(childProcesses()).toEqual([]);
});

test('a GPU that was named and cannot be used keeps the server from starting, and the message names the cause', async () => {
  const demanded = trialBy(bundle, silent).demand([absent]);
  await expect(demanded).rejects.toMatchObject({ code: 'DEVICE_UNUSABLE' });
  await expect(demanded).rejects.toThrow(
    /^cuda-97 \(No such GPU\) was named, but .*reelql doctor.*load: .*(cuda|provider|backend)/is,
  );
  await expect(trialBy(bundle, silent).demand([])).resolves.toBeUndefined();
  expect(childProcesses()).toEqual([]);
});

test.skipIf(cudaProviderInstalled())(
  'without the provider the log says that it is missing, and how to get it',
  async () => {
    const { log, lines } = keptLog();
    expect(await provenGpus([], bundle, log)).toEqual([]);
    expect(lines[0]?.msg).toMatch(/no CUDA provider.*install script/);
  },
);
