import { describe, expect, it } from 'vitest';
import { LeastSquares } from '../../inference/bundle/least-squares.js';
import { fitPreview } from '../../inference/bundle/preview-fit.js';
import { syntheticClip, uniform } from '../../inference/bundle/synthetic-clips.js';
import type { LatentShape, VaeDecoder, VaeEncoder } from '../../inference/pipeline/networks.js';
import { previewFrames } from '../../inference/pipeline/preview.js';

const shape: LatentShape = { channels: 4, frames: 2, height: 3, width: 4 };
const truth = {
  matrix: [
    [0.1, 0, 0.02],
    [0, 0.15, 0],
    [-0.05, 0.05, 0.1],
    [0, 0, 0],
  ] as [number, number, number][],
  bias: [0.5, 0.4, 0.6] as [number, number, number],
};

/** A VAE whose pixels are a linear function of its latents: 16×16 blocks, with a texture of mean zero. */
const decoder: VaeDecoder = {
  async *decode({ channels, frames, height, width }, latents) {
    for (let t = 0; t < frames; t++) {
      const count = t === 0 ? 1 : 4;
      const data = new Float32Array(3 * count * height * width * 256);
      let at = 0;
      for (let c = 0; c < 3; c++) {
        for (let f = 0; f < count; f++) {
          for (let y = 0; y < 16 * height; y++) {
            for (let x = 0; x < 16 * width; x++) {
              const position = Math.floor(y / 16) * width + Math.floor(x / 16);
              let brightness = truth.bias[c] as number;
              for (let k = 0; k < channels; k++) {
                const value = latents[(k * frames + t) * height * width + position] as number;
                brightness += (truth.matrix[k]?.[c] as number) * value;
              }
              data[at++] = (brightness + 0.1 * ((x + y + f) % 2) - 0.05) * 2 - 1;
            }
          }
        }
      }
      yield { data, frames: count, height: 16 * height, width: 16 * width };
    }
  },
  close: async () => {},
};

/** Block means of red, green and blue at every fourth frame, and a channel that never varies. */
const encoder: VaeEncoder = {
  async encode({ data, frames, height, width }) {
    const found = { channels: 4, frames: (frames + 3) / 4, height: height / 16, width: width / 16 };
    const latents = new Float32Array(4 * found.frames * found.height * found.width);
    for (let i = 0; i < latents.length; i++) {
      const [x, rest] = [i % found.width, Math.floor(i / found.width)];
      const [y, plane] = [rest % found.height, Math.floor(rest / found.height)];
      const [t, c] = [plane % found.frames, Math.floor(plane / found.frames)];
      if (c < 3) latents[i] = (data[((c * frames + 4 * t) * height + 16 * y + 8) * width + 16 * x + 8] as number) * 2;
    }
    return { shape: found, latents };
  },
  close: async () => {},
};

describe('fitPreview', () => {
  it.each(['through the encoder', 'from random latents'])('finds the map of a linear VAE %s', async (how) => {
    const vae = how === 'through the encoder' ? { decoder, encoder } : { decoder };
    const fitted = await fitPreview(vae, shape, 7);
    expect(fitted.relativeError).toBeLessThan(0.01);
    const used = vae.encoder ? 3 : 4; // nothing can be said of the channel that never varied
    for (const [k, row] of fitted.matrix.slice(0, used).entries()) {
      for (const [c, value] of row.entries()) expect(value).toBeCloseTo(truth.matrix[k]?.[c] as number, 2);
    }
    for (const [c, value] of fitted.bias.entries()) expect(value).toBeCloseTo(truth.bias[c] as number, 2);
  });

  it('gives the same map for the same seed', async () => {
    const fits = [await fitPreview({ decoder }, shape, 7), await fitPreview({ decoder }, shape, 7)];
    expect(fits[0]).toEqual(fits[1]);
    expect(await fitPreview({ decoder }, shape, 8)).not.toEqual(fits[0]);
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
