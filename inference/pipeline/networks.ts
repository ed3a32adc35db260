/**
 * What the pipeline needs of a loaded model, and nothing of how it is run: `inference/runtime` implements these with ONNX
 * Runtime, tests with plain functions. Every array is float32 and row-major.
 */

/** Text after the encoder: the rows of real tokens, `</s>` included. Padding is implied: zero rows up to 512 tokens. */
export interface TextEmbedding {
  /** [length, dim] */
  readonly data: Float32Array;
  readonly length: number;
  readonly dim: number;
  /** Tokens with the zero rows counted; 512 if left out, as the model was trained. */
  readonly paddedLength?: number;
}

export interface LatentShape {
  readonly channels: number;
  readonly frames: number;
  readonly height: number;
  readonly width: number;
}

/** One sample of the denoiser's batch dimension. */
export interface DenoiserRow {
  /** [channels, frames, height, width] */
  readonly latents: Float32Array;
  /**
   * Timesteps in 0..1000: one for the whole row, one a latent frame, or one a token (raster order t, y, x of the 2×2 patches).
   * Up to two distinct values a row take the served graph, more the general one.
   */
  readonly timesteps: Float32Array;
  readonly text: TextEmbedding;
}

export interface TextEncoder {
  /** Token ids, `</s>` last, no padding → embeddings of the same lengths. */
  encode(prompts: readonly (readonly number[])[]): Promise<TextEmbedding[]>;
  close(): Promise<void>;
}

export interface Denoiser {
  /** Flow velocity v of every row, [channels, frames, height, width] each. All rows have the same shape. */
  denoise(shape: LatentShape, rows: readonly DenoiserRow[]): Promise<Float32Array[]>;
  /** Whether it computes beside the thread that called it; no if left out. */
  readonly runsAside?: boolean;
  /** What its device waited between the last two calls; null where nobody can tell. */
  readonly idleSeconds?: number | null;
  close(): Promise<void>;
}

/** Pixels in [-1, 1]: [3, frames, height, width]. */
export interface PixelChunk {
  readonly data: Float32Array;
  readonly frames: number;
  readonly height: number;
  readonly width: number;
}

export interface VaeDecoder {
  /** Normalised latents → pixels, latent frame by latent frame: 1 frame first, then 4 each. Stop iterating to cancel. */
  decode(shape: LatentShape, latents: Float32Array): AsyncGenerator<PixelChunk, void, void>;
  close(): Promise<void>;
}

export interface VaeEncoder {
  /** Pixels in [-1, 1] → normalised latent mean [channels, latentFrames, height/16, width/16]. */
  encode(pixels: PixelChunk): Promise<{ shape: LatentShape; latents: Float32Array }>;
  close(): Promise<void>;
}
