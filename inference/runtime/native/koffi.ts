import { createRequire } from 'node:module';

/**
 * Native code runs on stacks that koffi allocates, of 128 KiB on its threads if nobody says otherwise: as large as a main thread's,
 * since ONNX Runtime, cuDNN and CUDA take that for granted.
 */
const stackBytes = 8 * 2 ** 20;

let loaded: typeof import('koffi') | undefined;

/** The only place that loads koffi: its settings hold if they are made before any library is opened. @throws without a binary for this platform */
export function loadKoffi(): typeof import('koffi') {
  if (!loaded) {
    const koffi: typeof import('koffi') = createRequire(import.meta.url)('koffi');
    const { sync_stack_size, async_stack_size } = koffi.config();
    // It outlives this module where tests load modules anew.
    if (sync_stack_size !== stackBytes || async_stack_size !== stackBytes) {
      koffi.config({ sync_stack_size: stackBytes, async_stack_size: stackBytes });
    }
    loaded = koffi;
  }
  return loaded;
}
