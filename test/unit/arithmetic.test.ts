import { expect, test } from 'vitest';
import { manifestSchema } from '../../inference/bundle/manifest.js';
import { decoderFlops, denoiserFlops, textEncoderFlops } from '../../src/scheduler/arithmetic.js';
import { publishedManifest } from '../support/published-manifest.js';

const manifest = manifestSchema.parse(publishedManifest);

test('a guided step of the published size at 480p: 64 TFLOP, as the profiler counted (1,594 for 25 of them)', () => {
  const tokens = 8 * 15 * 26;
  expect(2 * denoiserFlops(manifest, tokens)).toBeGreaterThan(0.9 * 63.8e12);
  expect(2 * denoiserFlops(manifest, tokens)).toBeLessThan(1.1 * 63.8e12);
});

test('its VAE decodes eight latent frames of 480×832 in 215 TFLOP', () => {
  const flops = 8 * 30 * 52 * decoderFlops(manifest);
  expect(flops).toBeGreaterThan(0.9 * 215e12);
  expect(flops).toBeLessThan(1.1 * 215e12);
});

test('its text encoder takes two operations a weight and token', () => {
  const weights = 5.68e9 - 256_384 * 4096;
  expect(textEncoderFlops(manifest, 512) / (2 * 512 * weights)).toBeGreaterThan(0.98);
  expect(textEncoderFlops(manifest, 512) / (2 * 512 * weights)).toBeLessThan(1.1);
});
