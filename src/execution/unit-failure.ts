import { arithmetic } from '../../inference/arithmetic.js';
import { PictureError } from '../../inference/pipeline/picture-error.js';
import type { Unit, UnitFailure } from './protocol.js';
import { WorkFileError } from './tensor-file.js';

/**
 * What ONNX Runtime, CUDA and V8 say when memory runs out; they have no codes for it on this side:
 * ONNX Runtime's arena "Failed to allocate memory for requested buffer of size 5" and "Available memory of 5 is smaller than
 * requested bytes of 6", "CUDA failure 2: out of memory", "cudaErrorMemoryAllocation", "CUBLAS failure 3:
 * CUBLAS_STATUS_ALLOC_FAILED", cuDNN 9's "CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED", C++ "std::bad_alloc", V8 "Array
 * buffer allocation failed".
 */
const outOfMemory =
  /out of memory|failed to allocate|smaller than requested bytes|bad_?alloc|CUDA failure 2\b|MemoryAllocation\b|ALLOC(ATION)?_FAILED|allocation failed/i;

/** A network gave numbers that are infinite or none at all. */
export class NumericOverflow extends Error {
  /** @param where completes "The numbers overflowed …" */
  constructor(where: string) {
    super(`The numbers overflowed ${where}.`);
  }
}

/** @throws NumericOverflow */
export function requireFinite(numbers: Float32Array, where: string): void {
  if (!arithmetic().allFinite(numbers)) throw new NumericOverflow(where);
}

/**
 * What else CUDA says when the device or the process's hold on it is broken, such as "CUDA failure 700: an illegal memory access was
 * encountered" or "CUDA failure 100: no CUDA-capable device is detected": there nothing will succeed any more. What a library
 * merely does not support is no such thing.
 */
const deviceFailed =
  /CUDA (failure|error) ?\d|cudaError[A-Z]|_STATUS_(EXECUTION_FAILED|INTERNAL_ERROR|NOT_INITIALIZED|MAPPING_ERROR)/;

/** What the host is told of an exception in a unit. */
export function describeFailure(error: unknown, unit: Unit): UnitFailure {
  const text = error instanceof Error ? error.message : String(error);
  const detail = error instanceof Error ? (error.stack ?? text) : text;
  if (outOfMemory.test(text))
    return { code: 'OUT_OF_MEMORY', message: 'The device has not enough memory for this.', detail };
  if (error instanceof NumericOverflow) return { code: 'NUMERIC_OVERFLOW', message: text, detail };
  if (deviceFailed.test(text)) return { code: 'DEVICE_LOST', message: 'The device failed.', detail };
  if (error instanceof WorkFileError) {
    return { code: 'STORAGE_FAILED', message: 'The server could not keep its intermediate results.', detail };
  }
  if (unit.kind === 'load') {
    return { code: 'MODEL_LOAD_FAILED', message: `The model could not be loaded: ${withoutPaths(text)}`, detail };
  }
  if (error instanceof PictureError) {
    return { code: 'INTERNAL', message: 'The picture that the video begins with cannot be read.', detail };
  }
  return { code: 'INTERNAL', message: 'Something unexpected went wrong; the server’s log says what.', detail };
}

/** "/srv/models/a b/x.safetensors has changed" → "x.safetensors has changed": where models lie is nobody's business. */
export function withoutPaths(text: string): string {
  return text.replace(/(?<![\w.])\/(?:[^/\n"':;,]+\/)*([^/\s"':;,]+)/g, '$1');
}
