import { expect, test } from 'vitest';
import { PictureError } from '../../inference/pipeline/picture-error.js';
import { WorkFileError } from '../../src/execution/tensor-file.js';
import { describeFailure, withoutPaths } from '../../src/execution/unit-failure.js';

const load = { kind: 'load', bundle: '/srv/toy', component: 'vae' } as const;
const step = { kind: 'step', generationIds: ['a'], checkpoint: [] } as const;

test('a file is named, where it lies is not', () => {
  const error = new Error(
    '/srv/my models/toy/vae/model-00001-of-00002.safetensors has changed: expected 5 bytes, found 3',
  );
  const failure = describeFailure(error, load);
  expect(failure.code).toBe('MODEL_LOAD_FAILED');
  expect(failure.message).toBe(
    'The model could not be loaded: model-00001-of-00002.safetensors has changed: expected 5 bytes, found 3',
  );
  expect(failure.detail).toContain('/srv/my models');
});

test.each([
  ['Cannot read /srv/toy/bundle.json: it does not exist', 'Cannot read bundle.json: it does not exist'],
  ["Load model from '/a/b/c.onnx' failed", "Load model from 'c.onnx' failed"],
  ['tensor [3/4] of a.safetensors, and/or more', 'tensor [3/4] of a.safetensors, and/or more'],
])('%s', (text, expected) => {
  expect(withoutPaths(text)).toBe(expected);
});

test.each([
  'Failed to allocate memory for requested buffer of size 1073741824',
  'Available memory of 1024 is smaller than requested bytes of 4096',
  'CUDA failure 2: out of memory ; GPU=0 ; hostname=x ; expr=cudaMalloc((void**)&p, size);',
  'CUDA error cudaErrorMemoryAllocation:out of memory',
  'CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED ; GPU=0',
  'CUDNN failure 4002: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED ; GPU=0',
  'std::bad_alloc',
  'Array buffer allocation failed',
])('memory that runs out is told apart, also while loading: %s', (text) => {
  expect(describeFailure(new Error(text), load).code).toBe('OUT_OF_MEMORY');
  expect(describeFailure(new Error(text), step).code).toBe('OUT_OF_MEMORY');
});

test.each([
  'CUDA failure 700: an illegal memory access was encountered ; GPU=0',
  'CUDA failure 100: no CUDA-capable device is detected ; GPU=-1',
  'CUBLAS failure 13: CUBLAS_STATUS_EXECUTION_FAILED',
])('a device that is lost is told apart, also while loading: %s', (text) => {
  expect(describeFailure(new Error(text), load).code).toBe('DEVICE_LOST');
  expect(describeFailure(new Error(text), step).code).toBe('DEVICE_LOST');
});

test.each(['CUDNN failure 3000: CUDNN_STATUS_NOT_SUPPORTED', 'the memory of this is fine'])(
  'other failures are not: %s',
  (text) => {
    expect(describeFailure(new Error(text), step).code).toBe('INTERNAL');
  },
);

test('a work directory that cannot be written, a picture that is none', () => {
  const error = new WorkFileError('cannot write /srv/work/a: ENOSPC: no space left on device');
  expect(describeFailure(error, step)).toMatchObject({ code: 'STORAGE_FAILED' });
  expect(describeFailure(error, step).message).not.toContain('/srv');
  const picture = describeFailure(new PictureError('the picture cannot be read: bad seek'), step);
  expect(picture.message).toBe('The picture that the video begins with cannot be read.');
});

test('what nobody expected is not shown', () => {
  const failure = describeFailure(new Error('secret at /etc/passwd'), step);
  expect(failure).toMatchObject({ code: 'INTERNAL' });
  expect(failure.message).not.toMatch(/secret|passwd/);
  expect(failure.detail).toMatch(/secret/);
});
