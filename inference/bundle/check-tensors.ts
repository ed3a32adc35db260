import { join } from 'node:path';
import { scaleName } from '../eight-bits.js';
import type { ExpectedTensors } from './expected-tensors.js';
import type { ComponentName } from './manifest.js';
import { ModelError } from './model-error.js';
import type { TensorLocation, WeightSource } from './weights.js';

const networkDtypes = new Set(['float32', 'float16', 'bfloat16']);

/** Parts of a full UMT5 that its encoder does not use. */
const unusedOfTextEncoder = /^(encoder\.embed_tokens\.|decoder\.|lm_head\.)/;

/**
 * Compares what a folder holds with what the architecture needs: every tensor, its shape, a floating point type, and none left
 * over, because a tensor that we would ignore means another architecture than the one we compute.
 * @throws ModelError naming file, tensor, expected and found.
 */
export function checkTensors(component: ComponentName, source: WeightSource, expected: ExpectedTensors): void {
  for (const [name, shape] of expected) {
    const found = source.tensors.get(name);
    if (!found) {
      throw new ModelError('BROKEN', `${source.folder}: tensor ${name} is missing, expected [${shape.join(', ')}]`);
    }
    const path = join(source.folder, found.file);
    if (found.shape.length !== shape.length || found.shape.some((dim, i) => dim !== shape[i])) {
      throw new ModelError(
        'BROKEN',
        `${path}: tensor ${name} has shape [${found.shape.join(', ')}], expected [${shape.join(', ')}]`,
      );
    }
    if (component === 'denoiser' && found.dtype === 'float8e4m3fn') {
      checkScale(path, source, found);
    } else if (!networkDtypes.has(found.dtype)) {
      throw new ModelError(
        'UNSUPPORTED',
        `${path}: tensor ${name} is ${found.dtype}, expected float32, float16 or bfloat16`,
      );
    }
  }
  for (const { name, file } of source.tensors.values()) {
    if (expected.has(name) || isScale(source, name)) continue;
    if (component === 'textEncoder' && unusedOfTextEncoder.test(name)) continue;
    throw new ModelError(
      'UNSUPPORTED',
      `${join(source.folder, file)}: tensor ${name} does not belong to the Wan2.2-TI2V architecture of this configuration`,
    );
  }
}

function checkScale(path: string, source: WeightSource, { name, shape }: TensorLocation): void {
  const scale = source.tensors.get(scaleName(name));
  if (scale?.dtype === 'float32' && `${scale.shape}` === `${shape.slice(0, 1)}` && shape.length === 2) return;
  const found = scale ? `${scale.dtype} [${scale.shape.join(', ')}]` : 'nothing';
  throw new ModelError(
    'UNSUPPORTED',
    `${path}: tensor ${name} is in 8 bits, for which ${scaleName(name)} must be float32 [${shape[0]}]; found ${found}`,
  );
}

/** Whether a tensor is the scale of a matrix in 8 bits. */
export function isScale(source: WeightSource, name: string): boolean {
  const matrix = source.tensors.get(name.replace(/_scale$/, ''));
  return name.endsWith('_scale') && matrix?.dtype === 'float8e4m3fn';
}
