import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { Nvml } from '../../src/execution/nvml.js';

/** The binding, against a library of the same functions and layouts; skipped where there is no C compiler. */
const folder = mkdtempSync(join(tmpdir(), 'reelql-nvml-'));
afterAll(() => rmSync(folder, { recursive: true }));

const library = join(folder, 'libstub.so');
const source = fileURLToPath(new URL('../support/nvml-stub.c', import.meta.url));
const compiled = spawnSync('gcc', ['-shared', '-fPIC', '-o', library, source]).status === 0;
const gigabyte = 2 ** 30;

test('without the library there is nothing, and no noise', () => {
  expect(Nvml.open('libnothing-of-that-name.so.1')).toBeNull();
});

test.runIf(compiled)('GPUs, with name, UUID and memory', () => {
  expect(Nvml.open(library)?.gpus()).toEqual([
    { index: 0, name: 'Stub 0', uuid: 'GPU-00000000-1234', totalBytes: 80 * gigabyte },
    { index: 1, name: 'Stub 1', uuid: 'GPU-10000000-1234', totalBytes: 80 * gigabyte },
  ]);
});

test.runIf(compiled)('who holds a GPU: lines of one process are added, unknown ones left out', () => {
  const memory = Nvml.open(library)?.memory(0);
  expect(memory).toMatchObject({ totalBytes: 80 * gigabyte, usedBytes: 30 * gigabyte });
  expect(memory?.processBytes).toEqual(new Map([[1000, 4 * gigabyte]]));
});

test.runIf(compiled)('more processes than fit at first; a GPU that is not there', () => {
  const nvml = Nvml.open(library);
  expect(nvml?.memory(1)?.processBytes.size).toBe(100);
  expect(nvml?.memory(1)?.processBytes.get(1099)).toBe(100 * gigabyte);
  expect(nvml?.memory(2)).toBeNull();
});
