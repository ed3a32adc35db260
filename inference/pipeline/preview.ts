import { arithmetic, type Term, type WeightedSum } from '../arithmetic.js';
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
  const colors = [0, 1, 2] as const;
  const levels = colors.map((color) => new Float32Array(positions).fill(bias[color]));
  const sums: WeightedSum[] = [];
  for (const color of colors) {
    const result = levels[color] as Float32Array;
    // Three channels a sum.
    for (let c = 0; c < channels; c += 3) {
      const term = (channel: number): Term => [
        (matrix[channel] as readonly number[])[color] as number,
        latents.subarray(channel * positions, (channel + 1) * positions),
      ];
      const more = [c + 1, c + 2].map((channel) => (channel < channels ? term(channel) : undefined));
      sums.push({ result, terms: [[1, result], term(c), more[0], more[1]] });
    }
  }
  arithmetic().weightedSums(sums);
  for (const color of colors) {
    const level = levels[color] as Float32Array;
    for (let i = 0; i < positions; i++) bytes[3 * i + color] = 255 * (level[i] as number);
  }
  return new Uint8Array(bytes.buffer);
}
