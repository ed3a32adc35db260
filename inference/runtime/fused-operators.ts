import { builtKernelLibrary } from '../kernels/library.js';
import type { DType } from '../tensor.js';
import { openOrtLibrary } from './native/library.js';
import type { SessionOptions } from './session.js';

export interface FusedOptions {
  /** Whether our own operators are used where they can be; yes if left out. */
  readonly fused?: boolean;
}

/**
 * Options that name the library of our operators where a session can use them: in float16 on CUDA, through the C API, once `reelql kernels`
 * was run. Whoever builds the graph looks at `customOperators`.
 * @param serves whether they serve the network
 */
export function withFusedOperators<Options extends SessionOptions & FusedOptions>(
  options: Options,
  compute: DType,
  serves: boolean,
): Options {
  const { device, binding, fused = true } = options;
  const possible = fused && serves && compute === 'float16' && device.kind === 'CUDA' && binding !== 'node';
  const library = possible && openOrtLibrary() ? builtKernelLibrary() : null;
  return library === null ? options : { ...options, customOperators: library };
}
