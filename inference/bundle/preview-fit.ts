import { latentCount } from '../pipeline/latents.js';
import type { LatentShape, PixelChunk, VaeDecoder, VaeEncoder } from '../pipeline/networks.js';
import { gaussianNoise } from '../pipeline/noise.js';
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
 * Fits the linear map from normalised latents to the mean colour of the pixels they become (16×16 pixels of one frame for
 * the first latent frame, of four for the others). Latents come from synthetic clips through the encoder; without one they
 * are normally distributed, which fits worse because no video looks like that.
 * @param shape size of the clips; small is enough, and decoding them is what takes the time.
 */
export async function fitPreview(
  vae: { readonly decoder: VaeDecoder; readonly encoder?: VaeEncoder },
  shape: LatentShape,
  seed: number,
): Promise<FittedPreview> {
  const random = uniform(seed);
  const fit = new LeastSquares(shape.channels, 3);
  const clips = Math.ceil((samplesPerChannel * shape.channels) / (shape.frames * shape.height * shape.width));
  for (let i = 0; i < Math.max(4, clips); i++) {
    const latents = vae.encoder
      ? await encodeClip(vae.encoder, shape, random)
      : gaussianNoise(seed + i, latentCount(shape));
    let frame = 0;
    for await (const pixels of vae.decoder.decode(shape, latents)) addSamples(fit, shape, latents, frame++, pixels);
  }
  const { matrix, bias, relativeError } = fit.solve(ridge);
  return { matrix: matrix as FittedPreview['matrix'], bias: bias as FittedPreview['bias'], relativeError };
}

async function encodeClip(encoder: VaeEncoder, shape: LatentShape, random: () => number): Promise<Float32Array> {
  const clip = syntheticClip(4 * shape.frames - 3, 16 * shape.height, 16 * shape.width, random);
  const encoded = await encoder.encode(clip);
  const found = encoded.shape;
  if (found.channels !== shape.channels || found.frames !== shape.frames) {
    throw new Error(
      `the encoder gave [${found.channels}, ${found.frames}, …], expected [${shape.channels}, ${shape.frames}, …]`,
    );
  }
  return encoded.latents;
}

/** Every position of one latent frame beside the mean colour of its pixels. */
function addSamples(fit: LeastSquares, shape: LatentShape, latents: Float32Array, frame: number, pixels: PixelChunk) {
  const { channels, frames, height, width } = shape;
  const x = new Float64Array(channels);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      for (let c = 0; c < channels; c++) {
        x[c] = latents[((c * frames + frame) * height + row) * width + column] as number;
      }
      fit.add(
        x,
        [0, 1, 2].map((c) => blockMean(pixels, c, row, column)),
      );
    }
  }
}

/** Mean brightness in 0..1 of the block of 16×16 pixels, over all frames of the chunk. */
function blockMean({ data, frames, height, width }: PixelChunk, colour: number, row: number, column: number): number {
  let sum = 0;
  for (let t = 0; t < frames; t++) {
    for (let y = 16 * row; y < 16 * row + 16; y++) {
      const start = ((colour * frames + t) * height + y) * width + 16 * column;
      for (let x = start; x < start + 16; x++) sum += data[x] as number;
    }
  }
  return sum / (frames * 512) + 0.5;
}
