import { expect, test } from 'vitest';
import { describeFailure, withoutPaths } from '../../src/execution/unit-failure.js';

const load = { kind: 'load', bundle: '/srv/toy', component: 'vae' } as const;
const step = { kind: 'step', generationIds: ['a'] } as const;

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

test('memory that runs out is told apart, also while loading', () => {
  const text = 'Failed to allocate memory for requested buffer of size 1073741824';
  expect(describeFailure(new Error(text), load).code).toBe('OUT_OF_MEMORY');
  expect(describeFailure(new Error('CUDA failure 2: out of memory ; GPU=0'), step).code).toBe('OUT_OF_MEMORY');
});

test('what nobody expected is not shown', () => {
  const failure = describeFailure(new Error('secret at /etc/passwd'), step);
  expect(failure).toMatchObject({ code: 'INTERNAL' });
  expect(failure.message).not.toMatch(/secret|passwd/);
  expect(failure.detail).toMatch(/secret/);
});
