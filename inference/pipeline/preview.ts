import type { LatentShape } from './networks.js';

/** Linear map from normalised latents to RGB in 0..1, fitted per bundle: rgb = latentᵀ·matrix + bias. */
export interface PreviewMap {
  /** A row a latent channel. */
  readonly matrix: readonly (readonly [number, number, number])[];
  readonly bias: readonly [number, number, number];
}

/**
 * Estimated clean latents [channels, frames, height, width] → a small picture a latent frame, RGB bytes
 * [frames, height, width, 3]. Cheap enough for every step: 48·3 products a position.
 */
export function previewFrames(latents: Float32Array, shape: LatentShape, { matrix, bias }: PreviewMap): Uint8Array {
  const { channels, frames, height, width } = shape;
  if (matrix.length !== channels) throw new Error(`a preview map of ${matrix.length} channels for ${channels}`);
  const positions = frames * height * width;
  const levels = new Float32Array(3 * positions);
  for (let i = 0; i < levels.length; i++) levels[i] = bias[i % 3] as number;
  for (let c = 0; c < channels; c++) {
    const [red, green, blue] = matrix[c] as readonly [number, number, number];
    for (let i = 0; i < positions; i++) {
      const value = latents[c * positions + i] as number;
      levels[3 * i] = (levels[3 * i] as number) + red * value;
      levels[3 * i + 1] = (levels[3 * i + 1] as number) + green * value;
      levels[3 * i + 2] = (levels[3 * i + 2] as number) + blue * value;
    }
  }
  // A plain loop: `from` with a function goes through an iterator, at twenty times the cost.
  const bytes = new Uint8ClampedArray(levels.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = 255 * (levels[i] as number);
  return new Uint8Array(bytes.buffer);
}
