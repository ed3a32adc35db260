import { Handle } from './handle.js';
import type { OrtLibrary, Pointer } from './library.js';

/** What onnxruntime-node has no words for. Where left out, as `defaults` says. */
export interface CudaOptions {
  /** How a convolution's kernel is chosen: by trying all, by cuDNN's advice, or by ONNX Runtime's fixed choice. */
  readonly convSearch?: 'EXHAUSTIVE' | 'HEURISTIC' | 'DEFAULT';
  /** Whether that search may take as much work space as any kernel wants; else kernels have 32 MB. */
  readonly convMaxWorkspace?: boolean;
  /** Whether ONNX Runtime turns convolutions to channels last itself. */
  readonly preferNhwc?: boolean;
  /** Whether float32 may be multiplied in TF32. */
  readonly tf32?: boolean;
  /** Bytes at most of the session's arena, weights included; no limit if left out. */
  readonly memoryLimit?: number;
  /** Whether every run ends by giving back what the arena does not hold any more. */
  readonly shrinkArena?: boolean;
}

const defaults = { convSearch: 'HEURISTIC', convMaxWorkspace: true, preferNhwc: false, tf32: true } as const;

/** Has a session's options name CUDA's provider. @throws if the provider's libraries cannot be loaded. */
export function appendCuda(
  ort: OrtLibrary,
  sessionOptions: Pointer,
  deviceId: number,
  options: CudaOptions = {},
): void {
  const { convSearch, convMaxWorkspace, preferNhwc, tf32, memoryLimit } = { ...defaults, ...options };
  const entries = {
    device_id: String(deviceId),
    // Else the arena doubles every time that it grows.
    arena_extend_strategy: 'kSameAsRequested',
    cudnn_conv_algo_search: convSearch,
    cudnn_conv_use_max_workspace: flag(convMaxWorkspace),
    prefer_nhwc: flag(preferNhwc),
    use_tf32: flag(tf32),
    ...(memoryLimit === undefined ? {} : { gpu_mem_limit: String(memoryLimit) }),
  };
  const cuda = new Handle(ort, 'ReleaseCUDAProviderOptions', ort.make('CreateCUDAProviderOptions'));
  try {
    const keys = Object.keys(entries);
    ort.call('UpdateCUDAProviderOptions', cuda.pointer, keys, Object.values(entries), keys.length);
    ort.call('SessionOptionsAppendExecutionProvider_CUDA_V2', sessionOptions, cuda.pointer);
  } finally {
    cuda.release();
  }
}

function flag(on: boolean): string {
  return on ? '1' : '0';
}
