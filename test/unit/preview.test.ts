import { describe, expect, it } from 'vitest';
import { LeastSquares } from '../../inference/bundle/least-squares.js';
import { fitPreview } from '../../inference/bundle/preview-fit.js';
import { syntheticClip, uniform } from '../../inference/bundle/synthetic-clips.js';
import type { LatentShape, VaeEncoder } from '../../inference/pipeline/networks.js';
import { previewFrames } from '../../inference/pipeline/preview.js';

const shape: LatentShape = { channels: 4, frames: 2, height: 3, width: 4 };

/** Latents of a linear VAE: twice the mean red, green and blue in [-1, 1] of every block, and a channel that never varies. */
const encoder: VaeEncoder = {
  async encode({ data, frames, height, width }) {
    const found = { channels: 4, frames: (frames + 3) / 4, height: height / 16, width: width / 16 };
    const latents = new Float32Array(4 * found.frames * found.height * found.width);
    for (let index = 0; index < data.length; index++) {
      const [x, rest] = [index % width, Math.floor(index / width)];
      const [y, plane] = [rest % height, Math.floor(rest / height)];
      const [frame, colour] = [plane % frames, Math.floor(plane / frames)];
      const latentFrame = Math.ceil(frame / 4);
      const at = ((colour * found.frames + latentFrame) * found.height + (y >> 4)) * found.width + (x >> 4);
      latents[at] = (latents[at] as number) + (2 * (data[index] as number)) / (latentFrame === 0 ? 256 : 1024);
    }
    return { shape: found, latents };
  },
  close: async () => {},
};

describe('fitPreview', () => {
  it('finds the map of a linear VAE', async () => {
    const fitted = await fitPreview(encoder, shape, 7);
    expect(fitted.relativeError).toBeLessThan(0.01);
    // Brightness in 0..1 is a quarter of twice the mean, and a half.
    for (const [k, row] of fitted.matrix.slice(0, 3).entries()) {
      for (const [c, value] of row.entries()) expect(value).toBeCloseTo(k === c ? 0.25 : 0, 2);
    }
    for (const value of fitted.bias) expect(value).toBeCloseTo(0.5, 2);
  });

  it('gives the same map for the same seed', async () => {
    const fits = [await fitPreview(encoder, shape, 7), await fitPreview(encoder, shape, 7)];
    expect(fits[0]).toEqual(fits[1]);
    expect(await fitPreview(encoder, shape, 8)).not.toEqual(fits[0]);
  });

  it('refuses an encoder of another form', async () => {
    await expect(fitPreview(encoder, { ...shape, channels: 3 }, 7)).rejects.toThrow(
      'gave [4, 2, …], expected [3, 2, …]',
    );
  });
});

describe('LeastSquares', () => {
  it('reports how much it leaves unexplained', () => {
    const random = uniform(3);
    const fit = new LeastSquares(1, 1);
    for (let i = 0; i < 4000; i++) {
      const [signal, other] = [random() - 0.5, random() - 0.5];
      fit.add([signal], [3 * signal + 4 * other]);
    }
    const { matrix, bias, relativeError } = fit.solve(0);
    expect(matrix[0]?.[0]).toBeCloseTo(3, 0);
    expect(bias[0]).toBeCloseTo(0, 1);
    expect(relativeError).toBeCloseTo(0.8, 1); // 4 of a hypotenuse of 5
  });

  it('refuses samples that do not vary', () => {
    const fit = new LeastSquares(1, 1);
    for (let i = 0; i < 4; i++) fit.add([2], [i]);
    expect(() => fit.solve(1e-3)).toThrow('the samples do not vary');
  });
});

describe('previewFrames', () => {
  it('maps latents to one picture a frame', () => {
    const latents = Float32Array.of(0, 1, 2, 0, 0, 0, 0, 1); // [2 channels, 2 frames, 1, 2]
    const map = { matrix: [[0.2, 0, 0] as const, [0, -9, 9] as const], bias: [0.2, 0.4, 0.6] as const };
    const bytes = previewFrames(latents, { channels: 2, frames: 2, height: 1, width: 2 }, map);
    expect([...bytes]).toEqual([51, 102, 153, 102, 102, 153, 153, 102, 153, 51, 0, 255]);
  });

  it('refuses a map of another model', () => {
    const map = { matrix: [], bias: [0, 0, 0] as const };
    expect(() => previewFrames(new Float32Array(4), { ...shape, channels: 1 }, map)).toThrow('map of 0 channels for 1');
  });
});

describe('syntheticClip', () => {
  it('is colourful, moves, and stays in range', () => {
    const { data, frames } = syntheticClip(5, 32, 48, uniform(1));
    expect(Math.max(...data)).toBeLessThanOrEqual(1);
    expect(Math.min(...data)).toBeGreaterThanOrEqual(-1);
    const area = 32 * 48;
    expect(data.subarray(0, area)).not.toEqual(data.subarray(area, 2 * area)); // the second frame differs from the first
    expect(data.subarray(0, area)).not.toEqual(data.subarray(frames * area, (frames + 1) * area)); // green from red
  });
});
