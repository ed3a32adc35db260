import { describe, expect, test } from 'vitest';
import { manifestSchema } from '../../inference/bundle/manifest.js';
import { cpuDevice } from '../../src/execution/devices.js';
import { CostModel } from '../../src/scheduler/cost-model.js';
import { estimateWork, nominalRates, queueSeconds } from '../../src/scheduler/estimate.js';
import { stages, workOf } from '../../src/scheduler/work.js';
import { publishedManifest } from '../support/published-manifest.js';

const manifest = manifestSchema.parse(publishedManifest);
const settings = { ...manifest.defaults, seed: 1 };
const work = workOf(settings, manifest, []);

describe('a generation', () => {
  test('whose units have all run takes their sum', () => {
    const costs = new CostModel();
    for (const stage of stages) costs.observe({ model: 'wan', ...work[stage] }, 2);
    const estimate = estimateWork('wan', work, costs);
    // Text, 25 steps, 8 chunks, the encoder; nothing is to be loaded.
    expect(estimate?.seconds).toBeCloseTo(2 * (1 + 25 + 8 + 1), 9);
    expect(estimate?.basis).toBe('MEASURED');
    expect(estimate?.lowSeconds).toBeLessThan(70);
    expect(estimate?.highSeconds).toBeGreaterThan(70);
  });

  test('of another size is interpolated, or partly so', () => {
    const costs = new CostModel();
    for (const stage of stages) costs.observe({ model: 'wan', ...work[stage] }, 2);
    const larger = workOf({ ...settings, width: 1280, height: 704 }, manifest, []);
    const estimate = estimateWork('wan', larger, costs);
    expect(estimate?.basis).toBe('INTERPOLATED');
    expect(estimate?.seconds).toBeGreaterThan(2.26 * 66);
  });

  test('is not spoilt by a small part that is less well known', () => {
    const costs = new CostModel();
    for (const stage of stages) costs.observe({ model: 'wan', ...work[stage] }, stage === 'encode-text' ? 0.01 : 2);
    const loads = workOf(settings, manifest, ['vae']);
    costs.observe({ model: 'wan', ...loads.load }, 0.1);
    costs.observe({ model: 'other', ...work['encode-text'] }, 0.01);
    expect(estimateWork('wan', { ...loads, load: { ...loads.load, size: 7 } }, costs)?.basis).toBe('MEASURED');
  });

  test('on a device that has run nothing is reckoned from what such devices do', () => {
    const gpu = estimateWork('wan', work, new CostModel(nominalRates({ kind: 'CUDA', lanes: [] })));
    expect(gpu?.basis).toBe('MODELED');
    // 2.6 s at the rate of an H100's matrix products, minutes on a small card.
    expect(gpu?.lowSeconds).toBeLessThan(6);
    expect(gpu?.highSeconds).toBeGreaterThan(30);
    const cpu = estimateWork('wan', work, new CostModel(nominalRates(cpuDevice('cpu', 2))));
    expect(cpu?.seconds).toBeGreaterThan(100 * (gpu?.seconds ?? 0));
  });

  test('cannot be told where not even a rate is known', () => {
    expect(estimateWork('wan', work, new CostModel())).toBeNull();
  });
});

test('the queue: each goes to the lane that is free first', () => {
  expect(queueSeconds([], 1)).toBe(0);
  expect(queueSeconds([5, 7], 1)).toBe(12);
  expect(queueSeconds([5], 2)).toBe(0);
  expect(queueSeconds([5, 7, 3], 2)).toBe(7);
});
