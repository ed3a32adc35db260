import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { manifestSchema } from '../../inference/bundle/manifest.js';
import type { GenerationSettings } from '../../src/generations/generation.js';
import {
  codecNeeds,
  type DeviceMemoryView,
  fitOn,
  largestThat,
  rowsAtOnce,
  stepNeed,
} from '../../src/scheduler/fit.js';
import { defaultHeadroomBytes, Ledger } from '../../src/scheduler/ledger.js';
import { contextBytes } from '../../src/scheduler/memory-model.js';
import { PeakModel } from '../../src/scheduler/peak-model.js';
import { publishedManifest } from '../support/published-manifest.js';

const manifest = manifestSchema.parse(publishedManifest);
const gib = 2 ** 30;
const settings = (width: number, height: number, frameCount: number): GenerationSettings => {
  return { ...manifest.defaults, width, height, frameCount, seed: 1 };
};
/** One executor at work. */
const gpu = (gibibytes: number) => {
  const total = gibibytes * gib;
  return {
    kind: 'CUDA' as const,
    ledger: new Ledger(total, defaultHeadroomBytes(total), new PeakModel(), contextBytes),
  };
};
const size = ({ width, height, frameCount }: GenerationSettings) => [width, height, frameCount];

describe('the published model in half precision', () => {
  test.each([12, 16, 24])('at 480p fits into %i GiB', (size) => {
    expect(fitOn([gpu(size)], settings(832, 480, 29), manifest)).toEqual({ fits: true });
  });

  test('at 480p steps go through 12 GiB a row at a time, through 16 as they are', () => {
    const rows = (size: number, asked: number) => rowsAtOnce(settings(832, 480, 29), manifest, gpu(size), asked);
    expect([rows(12, 2), rows(12, 1), rows(16, 2), rows(16, 1)]).toEqual([1, 1, 2, 1]);
  });

  test('at 720p fits into 24 GiB, not into 16', () => {
    expect(fitOn([gpu(24)], settings(1280, 704, 121), manifest)).toEqual({ fits: true });
    const fit = fitOn([gpu(16)], settings(1280, 704, 121), manifest);
    if (fit.fits) throw new Error('it must not fit');
    expect(fit.requiredBytes).toBeGreaterThan(16 * gib);
    expect(fit.availableBytes).toBe(16 * gib);
    expect(fit.largest).not.toBeNull();
    expect(fitOn([gpu(16)], fit.largest as GenerationSettings, manifest)).toEqual({ fits: true });
  });

  test('into 8 GiB does not fit at all', () => {
    expect(fitOn([gpu(8)], settings(832, 480, 29), manifest)).toMatchObject({ fits: false, largest: null });
  });

  test('fits if it fits on one of the devices, and else the numbers are those of the one that comes closest', () => {
    expect(fitOn([gpu(8), gpu(24)], settings(832, 480, 29), manifest)).toEqual({ fits: true });
    expect(fitOn([gpu(8), gpu(11)], settings(832, 480, 29), manifest)).toMatchObject({ availableBytes: 11 * gib });
  });

  test('what other processes hold is not available', () => {
    const device = gpu(24);
    const ledger = new Ledger(24 * gib);
    ledger.othersBytes = 14 * gib;
    expect(fitOn([{ ...device, ledger }], settings(832, 480, 29), manifest)).toMatchObject({
      fits: false,
      availableBytes: 10 * gib,
    });
  });

  test('learns from what was measured', () => {
    const device: DeviceMemoryView = gpu(11);
    const wanted = settings(832, 480, 29);
    const [, decoder] = codecNeeds(wanted, manifest, 'CUDA');
    const denoiser = stepNeed(wanted, manifest, 'CUDA', 1);
    if (!decoder) throw new Error('no decoder');
    expect(fitOn([device], wanted, manifest).fits).toBe(false);
    for (const unit of [denoiser, decoder]) device.ledger.peaks.observe(unit, 0.1 * gib);
    expect(fitOn([device], wanted, manifest).fits).toBe(true);
    for (let i = 0; i < 12; i++) device.ledger.peaks.outOfMemory(denoiser);
    expect(fitOn([device], wanted, manifest).fits).toBe(false);
  });
});

describe('the largest that fits', () => {
  const { limits } = manifest;
  const volume = (max: number) => (wanted: GenerationSettings) => {
    return wanted.width * wanted.height * wanted.frameCount <= max;
  };

  test('gives up size and length alike', () => {
    const wanted = settings(832, 480, 29);
    const largest = largestThat(volume((832 * 480 * 29) / 2), wanted, limits) as GenerationSettings;
    expect(largest.width * largest.height).toBeGreaterThan(0.6 * 832 * 480);
    expect(largest.frameCount).toBe(21);
    expect(largest).toMatchObject({ steps: wanted.steps, guidanceScale: wanted.guidanceScale, seed: 1 });
  });

  test('keeps the length where the size is to blame, and the size where the length is', () => {
    const small = largestThat(({ width, height }) => width * height <= 100_000, settings(832, 480, 29), limits);
    expect(size(small as GenerationSettings)).toEqual([384, 224, 29]);
    const short = largestThat(({ frameCount }) => frameCount <= 20, settings(832, 480, 29), limits);
    expect(size(short as GenerationSettings)).toEqual([832, 480, 17]);
  });

  test('does not go below 320×256×17, upright or square', () => {
    expect(largestThat(volume(320 * 256 * 17), settings(640, 512, 81), limits)).toMatchObject({
      width: 320,
      height: 256,
      frameCount: 17,
    });
    expect(largestThat(volume(320 * 256 * 17), settings(512, 640, 81), limits)).toMatchObject({
      width: 256,
      height: 320,
      frameCount: 17,
    });
    expect(largestThat(volume(320 * 256 * 17 - 1), settings(640, 512, 81), limits)).toBeNull();
  });

  test('of something smaller still is nothing else', () => {
    expect(largestThat(() => false, settings(64, 64, 5), limits)).toBeNull();
  });

  test('fits, keeps to the grid, is no larger than asked for, and nothing larger of the same shape fits', () => {
    const wanted = fc.record({
      width: fc.integer({ min: 1, max: 40 }).map((n) => 32 * n),
      height: fc.integer({ min: 1, max: 40 }).map((n) => 32 * n),
      frameCount: fc.integer({ min: 0, max: 30 }).map((n) => 4 * n + 1),
    });
    const run = fc.property(wanted, fc.double({ min: 0.01, max: 1, noNaN: true }), (asked, share) => {
      const all = settings(asked.width, asked.height, asked.frameCount);
      const fits = volume(share * asked.width * asked.height * asked.frameCount);
      const largest = largestThat(fits, all, limits);
      if (!largest) return;
      expect(fits(largest)).toBe(true);
      expect(largest.width % 32).toBe(0);
      expect(largest.height % 32).toBe(0);
      expect(largest.frameCount % 4).toBe(1);
      expect(largest.width).toBeLessThanOrEqual(all.width);
      expect(largest.height).toBeLessThanOrEqual(all.height);
      if (largest.frameCount < all.frameCount) {
        expect(fits({ ...largest, frameCount: largest.frameCount + 4 })).toBe(false);
      }
    });
    fc.assert(run, { numRuns: 500 });
  });
});
