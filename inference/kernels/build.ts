import { execFile } from 'node:child_process';
import { rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { kernelLibraryPath, kernelSources } from './library.js';

/** Every place where CUDA's toolkit puts its compiler, the likeliest first; nvcc itself says whether it is there. */
export function nvccPaths(env: NodeJS.ProcessEnv = process.env): string[] {
  const homes = [env.CUDA_HOME, env.CUDA_PATH].filter((home) => home !== undefined && home !== '');
  const folders = [...homes.map((home) => join(home as string, 'bin')), ...(env.PATH ?? '').split(delimiter)];
  return [...folders, '/usr/local/cuda/bin'].filter(Boolean).map((folder) => join(folder, 'nvcc'));
}

/**
 * Builds the kernels for every architecture that this nvcc knows, into the library that builtKernelLibrary() finds.
 * @returns its path
 * @throws Error with nvcc's words; ENOENT in `code` where it is not there
 */
export async function buildKernels(nvcc: string): Promise<string> {
  const path = kernelLibraryPath();
  const partial = `${path}.${process.pid}`;
  const options = [
    '-O3',
    '-std=c++17',
    '-shared',
    '-Xcompiler',
    '-fPIC,-fvisibility=hidden,-pthread',
    '-arch=all-major',
  ];
  try {
    await promisify(execFile)(nvcc, [...options, '-o', partial, ...kernelSources, '-ldl']);
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
  return path;
}
