import type { SessionOptions } from '../../../inference/runtime/session.js';

/** `cpu` or `cuda-N`, as a session wants it. */
export function deviceOf(id: string): SessionOptions['device'] {
  return id === 'cpu' ? { kind: 'CPU' } : { kind: 'CUDA', deviceId: Number(id.replace('cuda-', '')) };
}
