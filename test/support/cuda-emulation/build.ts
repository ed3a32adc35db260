import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { hostSources, kernelSources } from '../../../inference/kernels/library.js';
import { packagePath } from '../../../src/package-path.js';

const header = packagePath('test/support/cuda-emulation/cuda.h');

/**
 * Builds our operators for ONNX Runtime's CPU provider, in half precision as on CUDA, out of the sources that nvcc is given.
 * @param folder where the changed sources go, and the library
 * @returns the library's path
 * @throws Error with the compiler's words
 */
export async function buildEmulation(folder: string): Promise<string> {
  const from = dirname(kernelSources[0] as string);
  for (const name of (await readdir(from)).filter((file) => /\.(cpp|h|cuh?)$/.test(file))) {
    await writeFile(join(folder, name), forProcessor(await readFile(join(from, name), 'utf8')));
  }
  const sources = kernelSources.filter((source) => !hostSources.includes(source)).map((source) => basename(source));
  // As one, which takes a third of the time: else every file reads the same headers. So no two of them may define the same name.
  await writeFile(join(folder, 'all.cpp'), sources.map((source) => `#include "${source}"\n`).join(''));
  const path = join(folder, 'libemulation.so');
  const flags = ['-O1', '-std=c++17', '-shared', '-fPIC', '-fvisibility=hidden', '-include', header];
  await promisify(execFile)('g++', [...flags, '-o', path, join(folder, 'all.cpp'), '-ldl']);
  return path;
}

/** A source that is C++ once cuda.h is included. */
function forProcessor(source: string): string {
  return source
    .replace(/#include <cuda_\w+\.h>\n/g, '')
    .replace('CUDAExecutionProvider', 'CPUExecutionProvider')
    .replace(/([\w<>]+)<<<(.+?)>>>\(/gs, 'emulation::launch($2, [=](auto... arguments) { $1(arguments...); })(');
}
