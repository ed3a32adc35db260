import { expect, test } from 'vitest';
import { componentNames } from '../../inference/bundle/manifest.js';
import { lanesOf } from '../../src/execution/lanes.js';

test.each([1, 2, 7])('%i threads: one lane for everything', (threads) => {
  const executor = { kind: 'CPU', threads } as const;
  expect(lanesOf('cpu', executor, 2 ** 35)).toEqual([{ id: 'cpu', components: componentNames, executor }]);
});

test.each([
  [8, 6, 2],
  [11, 9, 2],
  [16, 12, 4],
  [64, 48, 16],
])('%i threads: %i denoise, %i encode and decode', (threads, denoiser, codec) => {
  expect(lanesOf('cpu', { kind: 'CPU', threads }, 2 ** 30)).toEqual([
    { id: 'cpu/denoiser', components: ['denoiser'], executor: { kind: 'CPU', threads: denoiser } },
    { id: 'cpu/codec', components: ['textEncoder', 'vae'], executor: { kind: 'CPU', threads: codec } },
  ]);
});

test('a small GPU has one lane, a large one two, which share it', () => {
  const executor = { kind: 'CUDA', deviceId: 1, gpu: 3 } as const;
  expect(lanesOf('cuda-3', executor, 16 * 2 ** 30)).toEqual([{ id: 'cuda-3', components: componentNames, executor }]);
  const lanes = lanesOf('cuda-3', executor, 24 * 2 ** 30);
  expect(lanes.map((lane) => lane.executor)).toEqual([executor, executor]);
  expect(lanes.flatMap(({ components }) => components).sort()).toEqual([...componentNames].sort());
});
