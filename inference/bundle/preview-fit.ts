import type { LatentShape, PixelChunk, VaeEncoder } from '../pipeline/networks.js';
import { LeastSquares } from './least-squares.js';
import { syntheticClip, uniform } from './synthetic-clips.js';

export interface FittedPreview {
  /** A row a latent channel: what one unit of it adds to red, green and blue in 0..1. */
  readonly matrix: [number, number, number][];
  readonly bias: [number, number, number];
  /** ‖colour − fitted colour‖ / ‖colour − mean colour‖ over the samples: 0 is perfect, 1 no better than the mean. */
  readonly relativeError: number;
}

/** A fraction of the latents' mean variance: enough to keep channels that hardly vary from growing large factors. */
const ridge = 1e-3;
const samplesPerChannel = 20;

/**
 * Fits the linear map from normalised latents to the mean colour of the pixels they stand for (16×16 pixels of one frame for the
 * first latent frame, of four for the others), over synthetic clips and their latents. The pixels are the encoder's input rather
 * than the decoder's output: what a VAE decodes is what it encoded, near enough for a preview, and the decoder is the dear part.
 * @param shape size of the clips; small is enough, and encoding them is what takes the time.
 */
export async function fitPreview(encoder: VaeEncoder, shape: LatentShape, seed: number): Promise<FittedPreview> {
  const random = uniform(seed);
  const fit = new LeastSquares(shape.channels, 3);
  const clips = Math.ceil((samplesPerChannel * shape.channels) / (shape.frames * shape.height * shape.width));
  for (let i = 0; i < Math.max(4, clips); i++) {
    const clip = syntheticClip(4 * shape.frames - 3, 16 * shape.height, 16 * shape.width, random);
    const { shape: found, latents } = await encoder.encode(clip);
    if (found.channels !== shape.channels || found.frames !== shape.frames) {
      const [got, expected] = [found, shape].map(({ channels, frames }) => `[${channels}, ${frames}, …]`);
      throw new Error(`the encoder gave ${got}, expected ${expected}`);
    }
    for (let frame = 0; frame < shape.frames; frame++) addSamples(fit, shape, latents, frame, clip);
  }
  const { matrix, bias, relativeError } = fit.solve(ridge);
  return { matrix: matrix as FittedPreview['matrix'], bias: bias as FittedPreview['bias'], relativeError };
}

/** Every position of one latent frame beside the mean colour of its pixels. */
function addSamples(fit: LeastSquares, shape: LatentShape, latents: Float32Array, frame: number, clip: PixelChunk) {
  const { channels, frames, height, width } = shape;
  const x = new Float64Array(channels);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      for (let c = 0; c < channels; c++) {
        x[c] = latents[((c * frames + frame) * height + row) * width + column] as number;
      }
      fit.add(
        x,
        [0, 1, 2].map((c) => blockMean(clip, c, frame, row, column)),
      );
    }
  }
}

/** Mean brightness in 0..1 of the 16×16 pixels, in one or four frames, that one latent position stands for. */
function blockMean(clip: PixelChunk, colour: number, latentFrame: number, row: number, column: number): number {
  const { data, frames, height, width } = clip;
  const [from, to] = latentFrame === 0 ? [0, 1] : [4 * latentFrame - 3, 4 * latentFrame + 1];
  let sum = 0;
  for (let t = from; t < to; t++) {
    for (let y = 16 * row; y < 16 * row + 16; y++) {
      const start = ((colour * frames + t) * height + y) * width + 16 * column;
      for (let x = start; x < start + 16; x++) sum += data[x] as number;
    }
  }
  return sum / ((to - from) * 512) + 0.5;
}
