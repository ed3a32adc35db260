import { describe, expect, it } from 'vitest';
import { advance, begin, isDone, rowsOf } from '../../inference/pipeline/denoising.js';
import { gaussianNoise } from '../../inference/pipeline/noise.js';
import { samplers, takeStep } from '../../inference/samplers/index.js';

const levels = (steps: number, shift: number) => [...samplers.DMD.schedule(steps, shift).timesteps];

describe('the few-step sampler', () => {
  it('has FastWan’s levels for three steps, whatever the shift, and Turbo’s for four at shift 5', () => {
    expect(levels(3, 5)).toEqual([1000, 757, 522]);
    expect(levels(3, 8)).toEqual([1000, 757, 522]);
    // 1, ¾, ½, ¼ shifted by 5: 15/16, 5/6, 5/8.
    expect(levels(4, 5)).toEqual([1000, 937.5, Math.fround(5000 / 6), 625]);
    expect(levels(2, 1)).toEqual([1000, 500]);
  });

  it('follows a trajectory worked out by hand', () => {
    const schedule = samplers.DMD.schedule(3, 5);
    const steps = [
      // x0 = 2 − 1·0.5; x = 0.243·1.5 + 0.757·(−1)
      { velocity: 0.5, noise: -1, x0: 1.5, sample: -0.3925 },
      // x0 = −0.3925 − 0.757·0.2; x = 0.478·(−0.5439) + 0.522·0.5
      { velocity: 0.2, noise: 0.5, x0: -0.5439, sample: 0.0010158 },
      // x0 = 0.0010158 − 0.522·1, which is the result
      { velocity: 1, noise: Number.NaN, x0: -0.5209842, sample: -0.5209842 },
    ];
    let sample = Float32Array.of(2);
    for (const [i, expected] of steps.entries()) {
      const [velocity, noise] = [Float32Array.of(expected.velocity), Float32Array.of(expected.noise)];
      const step = takeStep(samplers.DMD, schedule, i, samplers.DMD.initial(), sample, velocity, () => noise);
      expect(step.x0[0]).toBeCloseTo(expected.x0, 6);
      expect(step.sample[0]).toBeCloseTo(expected.sample, 6);
      sample = step.sample as Float32Array<ArrayBuffer>;
    }
  });
});

describe('denoising in few steps', () => {
  const shape = { channels: 2, frames: 1, height: 2, width: 2 };
  const text = { data: new Float32Array(3), length: 1, dim: 3 };
  const conditioning = { prompt: text, negativePrompt: null };

  function samples(seed: number): Float32Array[] {
    const settings = { sampler: 'DMD', steps: 3, shift: 5, guidanceScale: 1, seed } as const;
    let state = begin(settings, shape, gaussianNoise(1, 8));
    const found: Float32Array[] = [];
    while (!isDone(state)) {
      // Stopped and gone on with before every step, as from a checkpoint.
      const [row] = rowsOf(structuredClone(state), conditioning);
      state = advance(structuredClone(state), [(row?.latents as Float32Array).map(Math.sin)]).state;
      found.push(state.sample);
    }
    return found;
  }

  it('adds noise of the seed, other noise at every step, and the same when it goes on', () => {
    expect(samples(7)).toEqual(samples(7));
    expect(samples(8)[0]).not.toEqual(samples(7)[0]);
    const added = [1, 2].map((stream) => gaussianNoise(7, 8, stream));
    expect(added[0]).not.toEqual(added[1]);
    expect(added[0]).not.toEqual(gaussianNoise(7, 8));
  });
});
