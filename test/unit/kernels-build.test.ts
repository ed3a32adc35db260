import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { buildKernels, nvccPaths } from '../../inference/kernels/build.js';
import { builtKernelLibrary, kernelLibraryPath, kernelSources } from '../../inference/kernels/library.js';

const folder = mkdtempSync(join(tmpdir(), 'reelql-kernels-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('building the kernels', () => {
  it('looks for nvcc where CUDA_HOME says, then along PATH, then at its usual place', () => {
    expect(nvccPaths({ CUDA_HOME: '/cuda', PATH: '/a:/b' })).toEqual([
      '/cuda/bin/nvcc',
      '/a/nvcc',
      '/b/nvcc',
      '/usr/local/cuda/bin/nvcc',
    ]);
    expect(nvccPaths({})).toEqual(['/usr/local/cuda/bin/nvcc']);
  });

  it('tells what the compiler says, and leaves nothing behind', async () => {
    const nvcc = join(folder, 'nvcc');
    writeFileSync(
      nvcc,
      '#!/bin/sh\nwhile [ "$1" != -o ]; do shift; done\necho half > "$2"\necho "no such architecture" >&2\nexit 1\n',
    );
    chmodSync(nvcc, 0o755);
    const before = readdirSync(dirname(kernelLibraryPath()));
    await expect(buildKernels(nvcc)).rejects.toThrow('no such architecture');
    await expect(buildKernels(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(readdirSync(dirname(kernelLibraryPath()))).toEqual(before);
    expect(builtKernelLibrary()).toBeNull();
  });

  it('compiles what needs no CUDA: the registration of operators, and the loops of the host', () => {
    for (const source of kernelSources.filter((path) => path.endsWith('.cpp'))) {
      const { status, stderr } = spawnSync('g++', ['-std=c++17', '-Wall', '-Werror', '-fsyntax-only', source]);
      // Without a compiler there is nothing to try.
      if (status !== null) expect([status, String(stderr)]).toEqual([0, '']);
    }
  });
});
