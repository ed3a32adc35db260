import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Those for the processor, which any compiler takes. */
export const hostSources = ['host.cpp', 'noise.cpp'].map(beside);
/** What nvcc is given. */
export const kernelSources = [
  ...['operators.cpp', 'denoiser.cu', 'gelu.cu', 'eight_bits.cu', 'vae.cu'].map(beside),
  ...hostSources,
];
const headers = ['custom_operators.h', 'half_eights.cuh', 'eight_bits.cuh', 'products.cuh', 'cublaslt.h', 'crew.h'].map(
  beside,
);

/** Where the built library lies once it is built. Its name tells its sources, so that one of older sources is never loaded. */
export function kernelLibraryPath(): string {
  if (libraryPath === undefined) {
    const hash = createHash('sha256');
    for (const path of [...kernelSources, ...headers]) hash.update(readFileSync(path));
    libraryPath = beside(`libreelql-${hash.digest('hex').slice(0, 12)}.so`);
  }
  return libraryPath;
}

let libraryPath: string | undefined;

/** The library of the operators in ../graph/fused-ops.ts and of the loops in ../arithmetic.ts; null where nobody has built it (`reelql kernels`). */
export function builtKernelLibrary(): string | null {
  const path = kernelLibraryPath();
  return existsSync(path) ? path : null;
}

function beside(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
