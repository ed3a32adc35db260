import { expect, test } from 'vitest';
import { manifestSchema } from '../../inference/bundle/manifest.js';
import { CostModel } from '../../src/scheduler/cost-model.js';
import { ProgressMeter } from '../../src/scheduler/progress-meter.js';
import { computedSteps, rowsOf, type Stage, stages, workOf } from '../../src/scheduler/work.js';
import { seededRandom } from '../support/random.js';
import { smallManifest } from '../support/small-manifest.js';

const manifest = manifestSchema.parse(smallManifest);
const settings = { ...manifest.defaults, seed: 1 };

test('the work of a generation', () => {
  // 9 frames are 3 latent frames of 4 × 2 positions, 2 tokens each; guidance doubles the rows.
  expect(workOf(settings, manifest, ['vae'])).toMatchObject({
    load: { count: 1, size: 1000, effort: 1000 },
    'encode-text': { count: 1, size: 2 },
    step: { count: 4, size: 6, rows: 2 },
    decode: { count: 3, size: 8 },
    'encode-video': { count: 1, size: 64 * 32 * 9, effort: 64 * 32 * 9 },
  });
  expect(workOf({ ...settings, guidanceScale: 1 }, manifest, []).step).toMatchObject({ size: 6, rows: 1 });
  for (const stage of ['encode-text', 'step', 'decode'] as const) {
    expect(workOf(settings, manifest, [])[stage].effort).toBeGreaterThan(0);
  }
});

test('steps of one row and skipped ones are not counted as whole ones', () => {
  // Rows: 2 2 1 1 0 1 0 1 0 1
  const short = { ...settings, steps: 10, guidanceInterval: { start: 0, end: 0.2 }, cacheSteps: 1 };
  const work = workOf(short, manifest, []);
  expect(work.step).toMatchObject({ count: 2, rows: 2 });
  expect(work['unguided-step']).toMatchObject({ kind: 'step', count: 5, rows: 1 });
  expect(computedSteps(short, 0)).toEqual({ step: 0, 'unguided-step': 0 });
  expect(computedSteps(short, 4)).toEqual({ step: 2, 'unguided-step': 2 });
  // The fifth step is skipped.
  expect(computedSteps(short, 5)).toEqual({ step: 2, 'unguided-step': 2 });
  expect([0, 1, 2, 5, 10].map((step) => rowsOf(short, step))).toEqual([2, 2, 1, 1, 1]);
  expect(workOf({ ...short, guidanceScale: 1 }, manifest, [])['unguided-step'].count).toBe(0);
});

function walk(meter: ProgressMeter, onUnit: (stage: Stage) => void = () => {}): number[] {
  const work = workOf(settings, manifest, ['denoiser', 'vae']);
  const fractions = [meter.fraction];
  for (const stage of stages) {
    for (let i = 0; i < work[stage].count; i++) {
      onUnit(stage);
      meter.advance(stage);
      fractions.push(meter.fraction);
    }
  }
  return fractions;
}

test('from 0 to 1 without a step back, also while the costs are being learned', () => {
  const costs = new CostModel();
  const work = workOf(settings, manifest, ['denoiser', 'vae']);
  const meter = new ProgressMeter(work, (stage) => costs.seconds({ model: 'small', ...work[stage] }));
  const random = seededRandom(7);
  const fractions = walk(meter, (stage) => costs.observe({ model: 'small', ...work[stage] }, random()));
  expect(fractions[0]).toBe(0);
  expect(fractions.at(-1)).toBeCloseTo(1, 12);
  expect([...fractions].sort((a, b) => a - b)).toEqual(fractions);
  expect(meter.secondsRemaining).toBe(0);
});

test('where all is known, fraction and remaining seconds are exact', () => {
  const seconds: Record<Stage, number> = {
    load: 2,
    'encode-text': 1,
    step: 3,
    'unguided-step': 2,
    decode: 1,
    'encode-video': 2,
  };
  const meter = new ProgressMeter(workOf(settings, manifest, []), (stage) => seconds[stage]);
  // 1 + 4 × 3 + 3 × 1 + 2
  expect(meter.secondsRemaining).toBe(18);
  meter.advance('encode-text');
  meter.advance('step');
  expect(meter.secondsRemaining).toBe(14);
  expect(meter.fraction).toBeCloseTo(4 / 18, 12);
});

test('nothing is told of seconds until a step was measured; then the rest is guessed from it', () => {
  let step: number | null = null;
  const meter = new ProgressMeter(workOf(settings, manifest, []), (stage) => (stage === 'step' ? step : null));
  meter.advance('encode-text');
  expect(meter.secondsRemaining).toBeNull();
  step = 1;
  meter.advance('step');
  expect(meter.secondsRemaining).toBeGreaterThan(3);
});
