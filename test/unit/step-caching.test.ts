import { describe, expect, it } from 'vitest';
import {
  advance,
  begin,
  type DenoisingSettings,
  type DenoisingState,
  isDone,
  rowsOf,
} from '../../inference/pipeline/denoising.js';
import { gaussianNoise } from '../../inference/pipeline/noise.js';
import { stepRows } from '../../inference/pipeline/step-plan.js';
import { samplers } from '../../inference/samplers/index.js';

const shape = { channels: 2, frames: 1, height: 2, width: 2 };
const text = (value: number) => ({ data: Float32Array.of(value), length: 1, dim: 1 });
const conditioning = { prompt: text(1), negativePrompt: text(0) };
const guidedSettings = { sampler: 'UNIPC', steps: 20, shift: 5, guidanceScale: 5, seed: 1 } as const;

/** What a network answers to latents at a noise level, for a text. */
type Network = (latents: Float32Array, sigma: number, text: number) => Float32Array;

const curved: Network = (latents, sigma, value) => latents.map((x) => Math.sin(3 * x * sigma + value));

/** The latents, how many rows each call of the network had, and the steps done after each. */
function denoise(settings: DenoisingSettings, network: Network, between = (state: DenoisingState) => state) {
  const { sigmas, timesteps } = samplers[settings.sampler].schedule(settings.steps, settings.shift);
  let state = begin(settings, shape, gaussianNoise(1, 8));
  const calls: number[] = [];
  const steps: number[] = [];
  while (!isDone(state)) {
    const rows = rowsOf(state, conditioning);
    const velocities = rows.map((row) => {
      const sigma = sigmas[timesteps.indexOf(row.timesteps[0] as number)] as number;
      return network(row.latents, sigma, row.text.data[0] as number);
    });
    calls.push(rows.length);
    state = between(advance(state, velocities).state);
    steps.push(state.step);
  }
  return { latents: state.sample, calls, steps };
}

const error = (found: Float32Array, expected: Float32Array): number =>
  Math.hypot(...found.map((x, i) => x - (expected[i] as number))) / Math.hypot(...expected);

describe('the guidance interval', () => {
  it('calls the network with the rows of the plan, and guides only there', () => {
    const settings = { ...guidedSettings, guidanceInterval: { start: 0.25, end: 0.75 } };
    const { calls, steps } = denoise(settings, curved);
    expect(calls).toEqual(stepRows(settings));
    expect(calls.filter((rows) => rows === 2)).toHaveLength(10);
    expect(steps).toHaveLength(20);
    // What the negative prompt says counts in these steps only.
    const blind = denoise(settings, (latents, sigma, value) => latents.map(() => (value === 0 ? 7 * sigma : sigma)));
    const open = denoise({ ...guidedSettings, guidanceScale: 1 }, (latents, sigma) => latents.map(() => sigma));
    expect(blind.latents).not.toEqual(open.latents);
  });

  it('is no change where it holds all steps', () => {
    const whole = denoise({ ...guidedSettings, guidanceInterval: { start: 0, end: 1 }, cacheSteps: 0 }, curved);
    expect(whole).toEqual(denoise(guidedSettings, curved));
  });
});

describe.each(['UNIPC', 'EULER'] as const)('step caching with %s', (sampler) => {
  const settings = { ...guidedSettings, sampler, cacheSteps: 1 };

  it('calls the network for the computed steps only, and takes the others along', () => {
    const { calls, steps } = denoise(settings, curved);
    const plan = stepRows(settings);
    expect(calls).toEqual(plan.filter((rows) => rows > 0));
    expect(calls.length).toBeLessThan(20);
    expect(steps.at(-1)).toBe(20);
    for (const [i, step] of steps.entries()) {
      const before = steps[i - 1] ?? 0;
      expect(plan.slice(before + 1, step)).toEqual(Array(step - before - 1).fill(0));
    }
  });

  it('is exact where velocities change in proportion to the noise', () => {
    const straight: Network = (latents, sigma, value) => latents.map((_, i) => i + value + 2 * sigma);
    const exact = denoise({ ...settings, cacheSteps: 0 }, straight);
    expect(error(denoise({ ...settings, cacheSteps: 3 }, straight).latents, exact.latents)).toBeLessThan(1e-5);
  });

  it('errs more the more it skips, and not at all where it skips nothing', () => {
    const exact = denoise({ ...settings, cacheSteps: 0 }, curved).latents;
    const { cacheSteps: _, ...without } = settings;
    expect(denoise(without, curved).latents).toEqual(exact);
    const errors = [1, 3].map((cacheSteps) => error(denoise({ ...settings, cacheSteps }, curved).latents, exact));
    expect(errors[0]).toBeGreaterThan(0);
    expect(errors[1]).toBeGreaterThan(errors[0] as number);
  });

  it('goes on from a copy of its state at any point to the same bits', () => {
    const interval = { ...settings, cacheSteps: 2, guidanceInterval: { start: 0.1, end: 0.6 } };
    expect(denoise(interval, curved, structuredClone)).toEqual(denoise(interval, curved));
  });
});
