import { arithmetic } from '../arithmetic.js';
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
  const bytes = new Uint8ClampedArray(3 * positions);
  for (const color of [0, 1, 2] as const) {
    const level = new Float32Array(positions).fill(bias[color]);
    // Three channels a pass.
    for (let c = 0; c < channels; c += 3) {
      const term = (channel: number): [number, Float32Array] => {
        const weight = matrix[channel]?.[color];
        return weight === undefined
          ? [0, level]
          : [weight, latents.subarray(channel * positions, (channel + 1) * positions)];
      };
      arithmetic().weightedSum(level, 1, level, ...term(c), ...term(c + 1), ...term(c + 2));
    }
    for (let i = 0; i < positions; i++) bytes[3 * i + color] = 255 * (level[i] as number);
  }
  return new Uint8Array(bytes.buffer);
}
