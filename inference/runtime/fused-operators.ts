import { builtKernelLibrary } from '../kernels/library.js';
import type { DType } from '../tensor.js';
import { openOrtLibrary } from './native/library.js';
import type { SessionOptions } from './session.js';

export interface FusedOptions {
  /** Whether our own operators are used where they can be; yes if left out. */
  readonly fused?: boolean;
}

/** The library of our operators where a session can use it: in float16 on CUDA, through the C API, once `reelql kernels` was run. */
export function fusedOperators(
  compute: DType,
  { device, binding, fused = true }: SessionOptions & FusedOptions,
): string | null {
  const possible = fused && compute === 'float16' && device.kind === 'CUDA' && binding !== 'node';
  return possible && openOrtLibrary() ? builtKernelLibrary() : null;
}
