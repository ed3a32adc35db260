import { describe, expect, it } from 'vitest';
import {
  advance,
  begin,
  type DenoisingState,
  finalLatents,
  isDone,
  rowsOf,
} from '../../inference/pipeline/denoising.js';
import { guided, rescaleFactor } from '../../inference/pipeline/guidance.js';
import { latentCount, latentShape } from '../../inference/pipeline/latents.js';
import type { TextEmbedding } from '../../inference/pipeline/networks.js';
import { gaussianNoise } from '../../inference/pipeline/noise.js';
import { Sums } from '../../inference/samplers/index.js';

const shape = { channels: 2, frames: 3, height: 2, width: 4 };
const plane = shape.height * shape.width;
const noise = gaussianNoise(1, latentCount(shape));
const settings = { sampler: 'UNIPC', steps: 3, shift: 5, guidanceScale: 4, seed: 1 } as const;
const prompt: TextEmbedding = { data: new Float32Array(6), length: 2, dim: 3 };
const negativePrompt: TextEmbedding = { data: new Float32Array(3), length: 1, dim: 3 };
const conditioning = { prompt, negativePrompt };

function run(state: DenoisingState, steps = Infinity): DenoisingState {
  let current = state;
  while (!isDone(current) && current.step < steps) {
    const velocities = rowsOf(current, conditioning).map((row) =>
      row.latents.map((x) => Math.sin(x * row.text.length)),
    );
    current = advance(current, velocities).state;
  }
  return current;
}

describe('guidance', () => {
  it('goes on from the unconditional prediction in the direction of the prompt', () => {
    const sums = new Sums();
    const strong = guided(sums, Float32Array.of(3, 1), Float32Array.of(1, 2), 5);
    const none = guided(sums, Float32Array.of(3, 1), Float32Array.of(1, 2), 1);
    sums.compute();
    expect(strong).toEqual(Float32Array.of(11, -3));
    expect(none).toEqual(Float32Array.of(3, 1));
  });

  it('keeps the deviation of the conditional prediction as far as asked: numbers of diffusers 0.42.1', () => {
    const conditional = Float32Array.of(-1.28, -0.5, -0.4, -1.36, 0.15, -0.36, -0.73, -1.36);
    const unconditional = Float32Array.of(-0.7, -1.16, 0.7, 0.2, 0.87, 0.24, -0.66, 0.81);
    // rescale_noise_cfg(unconditional + 9 * (conditional - unconditional), conditional, rescale) in float64 on torch 2.15
    const expected = {
      0.7: [-2.09473579, 1.69135757, -3.25533263, -4.89715279, -1.98504529, -1.82581709, -0.456454251, -6.6238945],
      1: [-0.455336917, 0.367653784, -0.707618178, -1.06450392, -0.431493272, -0.39688152, -0.0992203754, -1.43984922],
    };
    for (const [rescale, numbers] of Object.entries(expected)) {
      const sums = new Sums();
      const rescaled = guided(sums, conditional, unconditional, 9, Number(rescale));
      sums.compute();
      for (const [i, number] of numbers.entries()) expect(rescaled[i]).toBeCloseTo(number, 6);
    }
  });

  it('is left as it is where nothing deviates', () => {
    const flat = new Float32Array(4).fill(2);
    expect(rescaleFactor(flat, flat, 5, 1)).toBe(1);
  });

  it('takes two rows strictly over 1, and one from there on down', () => {
    for (const [guidanceScale, rows] of [
      [5, 2],
      [1.01, 2],
      [1, 1],
      [0, 1],
    ] as const) {
      const state = begin({ ...settings, guidanceScale }, shape, noise);
      expect(rowsOf(state, conditioning)).toHaveLength(rows);
    }
    const unguided = begin({ ...settings, guidanceScale: 1 }, shape, noise);
    expect(rowsOf(unguided, { prompt, negativePrompt: null })).toHaveLength(1);
    const missing = () => rowsOf(begin(settings, shape, noise), { prompt, negativePrompt: null });
    expect(missing).toThrow('guidance over 1 needs the embedding of the negative prompt');
  });

  it('puts the prompt first', () => {
    expect(rowsOf(begin(settings, shape, noise), conditioning).map((row) => row.text)).toEqual([
      prompt,
      negativePrompt,
    ]);
  });
});

describe('denoising', () => {
  it('changes nothing it is given and resumes bit for bit from a copy', () => {
    const start = begin(settings, shape, noise);
    const before = structuredClone(start);
    const whole = finalLatents(run(start));
    expect(start).toEqual(before);
    const half = run(start, 2);
    expect(half.step).toBe(2);
    expect(finalLatents(run(structuredClone(half)))).toEqual(whole);
  });

  it('keeps a picture in the first frame: clean at every step, at time 0, and in the result', () => {
    const firstFrame = gaussianNoise(9, shape.channels * plane);
    const start = begin(settings, shape, noise, firstFrame);
    const [row] = rowsOf(start, conditioning);
    expect([...(row?.timesteps ?? [])]).toEqual([0, 999, 999]);
    const { x0 } = advance(start, [noise, noise]);
    for (const latents of [row?.latents as Float32Array, x0, finalLatents(run(start))]) {
      for (let c = 0; c < shape.channels; c++) {
        const from = c * shape.frames * plane;
        expect(latents.slice(from, from + plane)).toEqual(firstFrame.slice(c * plane, (c + 1) * plane));
        if (latents === row?.latents) {
          expect(latents.slice(from + plane, from + 3 * plane)).toEqual(noise.slice(from + plane, from + 3 * plane));
        }
      }
    }
  });

  it('refuses what does not fit', () => {
    const state = begin(settings, shape, noise);
    expect(() => begin({ ...settings, steps: 0 }, shape, noise)).toThrow('steps must be a whole number from 1');
    expect(() => begin(settings, shape, new Float32Array(3))).toThrow('the noise has 3 numbers, expected 48');
    expect(() => begin(settings, shape, noise, new Float32Array(3))).toThrow(
      'the first frame has 3 numbers, expected 16',
    );
    expect(() => advance(state, [noise])).toThrow('a step takes 2 velocities, not 1');
    expect(() => advance(state, [noise, new Float32Array(1)])).toThrow('a velocity has 1 numbers, expected 48');
    expect(() => finalLatents(state)).toThrow('0 of 3 steps are done');
    expect(() => rowsOf(run(state), conditioning)).toThrow('all 3 steps are done');
  });
});

describe('latentShape', () => {
  it('packs 4 frames and 16×16 pixels, the first frame alone', () => {
    expect(latentShape({ width: 832, height: 480, frameCount: 81 }, 48)).toEqual({
      channels: 48,
      frames: 21,
      height: 30,
      width: 52,
    });
    expect(latentShape({ width: 32, height: 64, frameCount: 1 }, 16)).toEqual({
      channels: 16,
      frames: 1,
      height: 4,
      width: 2,
    });
  });

  it('says which sizes are allowed', () => {
    expect(() => latentShape({ width: 48, height: 32, frameCount: 5 }, 16)).toThrow(
      'width must be a multiple of 32, not 48',
    );
    expect(() => latentShape({ width: 32, height: 0, frameCount: 5 }, 16)).toThrow(
      'height must be a multiple of 32, not 0',
    );
    expect(() => latentShape({ width: 32, height: 32, frameCount: 6 }, 16)).toThrow('(4n + 1) frames, not 6');
  });
});
