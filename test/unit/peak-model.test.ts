import { expect, test } from 'vitest';
import { manifestSchema } from '../../inference/bundle/manifest.js';
import {
  decoderHistory,
  decoderPeak,
  denoiserPeak,
  type PeakUnit,
  peakUnits,
} from '../../src/scheduler/memory-model.js';
import { PeakModel } from '../../src/scheduler/peak-model.js';
import { publishedManifest } from '../support/published-manifest.js';

const unit = (size: number): PeakUnit => ({ model: 'wan', component: 'denoiser', size, modeledBytes: 7 * size });

test('before anything was measured it says what was reckoned', () => {
  expect(new PeakModel().predict(unit(100))).toEqual({ bytes: 700, basis: 'MODELED' });
});

test('of one measurement: below it no more than was reckoned, in proportion above', () => {
  const peaks = new PeakModel();
  peaks.observe(unit(100), 1000);
  expect(peaks.predict(unit(100))).toEqual({ bytes: 1050, basis: 'MEASURED' });
  expect(peaks.predict(unit(99))).toEqual({ bytes: 693, basis: 'INTERPOLATED' });
  expect(peaks.predict({ ...unit(99), modeledBytes: 5000 })).toEqual({ bytes: 1050, basis: 'INTERPOLATED' });
  expect(peaks.predict(unit(300)).bytes).toBeCloseTo(3150, 9);
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

test('reckoned for the published size: above what was measured on an H100, and not twice it', () => {
  const { modeledBytes, size } = denoiserPeak(settings, published, 'CUDA', 2);
  expect(size).toBe(6240);
  expect(modeledBytes).toBeGreaterThan(2.13 * gb);
  expect(modeledBytes).toBeLessThan(2 * 2.13 * gb);
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
  const cpu = peakUnits(settings, published, 'CPU');
  const gpu = peakUnits(settings, published, 'CUDA');
  expect(cpu.denoiser.modeledBytes).toBeGreaterThan(gpu.denoiser.modeledBytes);
  expect(cpu.vae.modeledBytes).toBeGreaterThan(gpu.vae.modeledBytes);
});
