import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gaussianNoise } from '../../inference/pipeline/noise.js';
import { type SamplerName, type SolverState, Sums, samplers, takeStep } from '../../inference/samplers/index.js';

const names = Object.keys(samplers) as SamplerName[];
const steps = fc.integer({ min: 1, max: 100 });
const shift = fc.double({ min: 0.2, max: 20, noNaN: true });
const numbers = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 4, maxLength: 4 });

describe.each(names)('%s', (name) => {
  const sampler = samplers[name];

  it('falls strictly from almost 1 to 0', () => {
    fc.assert(
      fc.property(steps, shift, (n, s) => {
        const { sigmas, timesteps } = sampler.schedule(n, s);
        expect(sigmas).toHaveLength(n + 1);
        expect(timesteps).toHaveLength(n);
        expect(sigmas[0]).toBeGreaterThan(0.99);
        expect(sigmas[n]).toBe(0);
        for (let i = 0; i < n; i++) expect(sigmas[i]).toBeGreaterThan(sigmas[i + 1] as number);
        // The float32 end points of Euler may lie one rounding over 1.
        for (const t of timesteps) expect(t >= 0 && t <= 1000.001).toBe(true);
      }),
    );
  });

  it('solves a straight flow exactly, whatever the number of steps', () => {
    fc.assert(
      fc.property(steps, shift, numbers, numbers, (n, s, video, noise) => {
        const schedule = sampler.schedule(n, s);
        const clean = Float32Array.from(video);
        // On a straight path v is constant: noise − video.
        const sums = new Sums();
        const velocity = sums.add([1, Float32Array.from(noise)], [-1, clean]);
        const first = schedule.sigmas[0] as number;
        let sample = sums.add([1 - first, clean], [first, Float32Array.from(noise)]);
        sums.compute();
        let state = sampler.initial();
        for (let i = 0; i < n; i++) {
          const step = takeStep(sampler, schedule, i, state, sample, velocity, () => Float32Array.from(noise));
          step.x0.forEach((value, k) => expect(Math.abs(value - (clean[k] as number))).toBeLessThan(2e-4));
          ({ sample, state } = step);
        }
        sample.forEach((value, k) => expect(Math.abs(value - (clean[k] as number))).toBeLessThan(2e-4));
      }),
      { numRuns: 30 },
    );
  });

  it('goes on from a state that was written down and read again', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 12 }), numbers, (n, start) => {
        const schedule = sampler.schedule(n, 5);
        const run = (restore: (state: SolverState) => SolverState) => {
          let sample: Float32Array = Float32Array.from(start);
          let state = sampler.initial();
          for (let i = 0; i < n; i++) {
            const velocity = sample.map((value) => Math.sin(3 * value));
            ({ sample, state } = takeStep(sampler, schedule, i, restore(state), sample, velocity, () =>
              gaussianNoise(i, 4),
            ));
          }
          return sample;
        };
        expect(run((state) => structuredClone(state))).toEqual(run((state) => state));
      }),
      { numRuns: 20 },
    );
  });

  it('refuses steps and shifts that mean nothing', () => {
    for (const bad of [0, 2.5, -1, NaN]) expect(() => sampler.schedule(bad, 5)).toThrow('steps must be');
    for (const bad of [0, -1, NaN, Infinity]) expect(() => sampler.schedule(4, bad)).toThrow('shift must be');
  });
});
