import { expect, test, vi } from 'vitest';
import { manifestSchema } from '../../inference/bundle/manifest.js';
import { openBundle } from '../../inference/bundle/open-bundle.js';
import { openSafetensors } from '../../inference/bundle/safetensors.js';
import { builtKernelLibrary } from '../../inference/kernels/library.js';
import { elementCount } from '../../inference/tensor.js';
import {
  contextBytes,
  decoderHistory,
  decoderPeak,
  denoiserPeak,
  encoderPeak,
  loadedBytes,
  type PeakUnit,
  textEncoderPeak,
  weightsBytes,
} from '../../src/scheduler/memory-model.js';
import { PeakModel } from '../../src/scheduler/peak-model.js';
import { publishedManifest } from '../support/published-manifest.js';

vi.mock('../../inference/kernels/library.js', () => ({ builtKernelLibrary: vi.fn(() => null) }));

const unit = (size: number): PeakUnit => ({ model: 'wan', component: 'denoiser', size, modeledBytes: 7 * size });

test('before anything was measured it says what was reckoned', () => {
  expect(new PeakModel().predict(unit(100))).toEqual({ bytes: 700, basis: 'MODELED' });
});

test('of one measurement: below it no more than was reckoned, above it as much more as there', () => {
  const peaks = new PeakModel();
  peaks.observe(unit(100), 1000);
  expect(peaks.predict(unit(100))).toEqual({ bytes: 1050, basis: 'MEASURED' });
  expect(peaks.predict(unit(99))).toEqual({ bytes: 693, basis: 'INTERPOLATED' });
  expect(peaks.predict({ ...unit(99), modeledBytes: 5000 })).toEqual({ bytes: 1050, basis: 'INTERPOLATED' });
  expect(peaks.predict(unit(300)).bytes).toBeCloseTo(3000, 9);
});

test('through measurements on a line it is that line', () => {
  const peaks = new PeakModel();
  for (const size of [100, 200, 400]) peaks.observe(unit(size), 500 + 2 * size);
  expect(peaks.predict(unit(300)).bytes).toBeCloseTo(1.05 * 1100, 6);
});

test('a peak that does not come back is forgotten, slowly', () => {
  const peaks = new PeakModel();
  peaks.observe(unit(100), 1000);
  peaks.observe(unit(100), 500);
  expect(peaks.predict(unit(100)).bytes).toBeCloseTo(1.05 * 950, 9);
  for (let i = 0; i < 60; i++) peaks.observe(unit(100), 500);
  expect(peaks.predict(unit(100)).bytes).toBeLessThan(1.05 * 505);
});

test('running out of memory raises the prediction of that size by a quarter, and again', () => {
  const peaks = new PeakModel();
  peaks.observe(unit(100), 1000);
  peaks.outOfMemory(unit(100));
  expect(peaks.predict(unit(100)).bytes).toBeCloseTo(1.25 * 1050, 6);
  peaks.outOfMemory(unit(100));
  expect(peaks.predict(unit(100)).bytes).toBeCloseTo(1.25 * 1.25 * 1050, 6);
});

test('running out of memory before anything was measured raises what was reckoned', () => {
  const peaks = new PeakModel();
  peaks.outOfMemory({ ...unit(100), modeledBytes: 1000 });
  expect(peaks.predict(unit(100)).bytes).toBeCloseTo(1250, 6);
});

const published = manifestSchema.parse(publishedManifest);
const settings = { ...published.defaults, seed: 1 };
const gb = 1e9;

const sized = (width: number, height: number, frameCount: number) => ({ ...settings, width, height, frameCount });
const [tiny, usual, large] = [sized(256, 160, 33), sized(832, 480, 29), sized(1280, 704, 121)];
const step =
  (rows: number, size = usual) =>
  () =>
    denoiserPeak(size, published, 'CUDA', rows);
// GB of executors with one component alone, by NVML on H100s, with our operators and without (test/bench/RESULTS.md).
test.each<[string, () => PeakUnit, number, number]>([
  ['a text', () => textEncoderPeak(published, 'CUDA'), 10.07, 10.07],
  ['a picture, 480p', () => encoderPeak(usual, published, 'CUDA'), 1.39, 1.39],
  ['a picture, 720p', () => encoderPeak(large, published, 'CUDA'), 1.73, 1.73],
  ['a step of 1 row, 480p', step(1), 11.33, 11.53],
  ['a step of 2 rows, 480p', step(2), 11.9, 12.26],
  ['a step of 4 rows, 480p', step(4), 12.69, 13.64],
  ['a step of 8 rows, 480p', step(8), 14.25, 16.4],
  ['a step of 2 rows, 720p', step(2, large), 18.96, 22.5],
  ['decoding, 480p', () => decoderPeak(usual, published, 'CUDA'), 8.1, 8.36],
  ['decoding, 720p', () => decoderPeak(large, published, 'CUDA'), 14.1, 14.8],
])('of the published size: %s is reckoned with more than was measured, by a tenth at most', (_, unit, ...measured) => {
  for (const [i, library] of ['libreelql.so', null].entries()) {
    vi.mocked(builtKernelLibrary).mockReturnValue(library);
    const { component, modeledBytes } = unit();
    const total = (contextBytes + loadedBytes(published, component, 'CUDA') + modeledBytes) / gb;
    expect(total).toBeGreaterThan(measured[i] as number);
    expect(total).toBeLessThan(1.1 * (measured[i] as number));
  }
});

test('what was measured of a small size says of a large one no more than that it was reckoned too low', () => {
  const peaks = new PeakModel();
  const reckoned = decoderPeak(usual, published, 'CUDA');
  peaks.observe(decoderPeak(tiny, published, 'CUDA'), 0.97 * decoderPeak(tiny, published, 'CUDA').modeledBytes);
  expect(peaks.predict(reckoned).bytes).toBeCloseTo(reckoned.modeledBytes, -3);
  peaks.observe(decoderPeak(tiny, published, 'CUDA'), 2 * decoderPeak(tiny, published, 'CUDA').modeledBytes);
  expect(peaks.predict(reckoned).bytes / reckoned.modeledBytes).toBeCloseTo(2, 0);
});

test('the decoder’s memory between chunks: 456,800 numbers a latent position of the published VAE', () => {
  expect(decoderHistory(published)).toBe(456_800);
});

test('the decoder grows with the picture, and not with the length', () => {
  const { modeledBytes } = decoderPeak(settings, published, 'CUDA');
  expect(modeledBytes).toBeGreaterThan(1.4 * gb);
  expect(decoderPeak({ ...settings, frameCount: 57 }, published, 'CUDA').modeledBytes).toBe(modeledBytes);
  expect(decoderPeak({ ...settings, width: 1280, height: 704 }, published, 'CUDA').modeledBytes).toBeGreaterThan(
    1.8 * modeledBytes,
  );
});

test('the CPU computes in fp32 and needs more', () => {
  const reckoned = (kind: 'CPU' | 'CUDA') => [
    denoiserPeak(settings, published, kind, 2).modeledBytes,
    decoderPeak(settings, published, kind).modeledBytes,
    encoderPeak(settings, published, kind).modeledBytes,
  ];
  const gpu = reckoned('CUDA');
  for (const [i, bytes] of reckoned('CPU').entries()) expect(bytes).toBeGreaterThan(gpu[i] as number);
});

test("the VAE's weights are its decoder's as they lie in the file, once for each of its two sessions", async () => {
  const { manifest } = await openBundle('inference/models/toy');
  const { tensors } = await openSafetensors('inference/models/toy/diffusers/vae/diffusion_pytorch_model.safetensors');
  const decoder = [...tensors].filter(([name]) => /^(decoder|post_quant_conv)\./.test(name));
  const numbers = decoder.reduce((sum, [, { shape }]) => sum + elementCount(shape), 0);
  expect(weightsBytes(manifest, 'vae', 'CPU')).toBe(2 * 4 * numbers);
  expect(weightsBytes(manifest, 'vae', 'CUDA')).toBe(2 * 2 * numbers);
});
