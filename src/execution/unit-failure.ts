import type { Unit, UnitFailure } from './protocol.js';

/** What ONNX Runtime and CUDA say when memory runs out; they have no codes for it on this side. */
const outOfMemory = /out of memory|failed to allocate|bad_alloc|CUDA failure 2\b|CUBLAS_STATUS_ALLOC_FAILED/i;

/** What the host is told of an exception in a unit. */
export function describeFailure(error: unknown, unit: Unit): UnitFailure {
  const text = error instanceof Error ? error.message : String(error);
  const detail = error instanceof Error ? (error.stack ?? text) : text;
  if (outOfMemory.test(text))
    return { code: 'OUT_OF_MEMORY', message: 'The device has not enough memory for this.', detail };
  if (unit.kind === 'load') {
    return { code: 'MODEL_LOAD_FAILED', message: `The model could not be loaded: ${withoutPaths(text)}`, detail };
  }
  return { code: 'INTERNAL', message: 'Something unexpected went wrong; the server’s log says what.', detail };
}

/** "/srv/models/a b/x.safetensors has changed" → "x.safetensors has changed": where models lie is nobody's business. */
export function withoutPaths(text: string): string {
  return text.replace(/(?<![\w.])\/(?:[^/\n"':;,]+\/)*([^/\s"':;,]+)/g, '$1');
}
