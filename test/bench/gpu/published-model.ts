import type { ComponentName } from '../../../inference/bundle/manifest.js';

/** What may be asked of a component's size. */
export interface Sizes {
  /** Blocks of the denoiser; 30 as published. */
  readonly layers?: number | undefined;
  /** Blocks of the text encoder; 24 as published. */
  readonly textLayers?: number | undefined;
  /** Rows of the embedding table; 256,384 as published. */
  readonly vocabulary?: number | undefined;
}

/**
 * config.json of the three networks of Wan2.2-TI2V-5B, without what the micro model's files have alike (among that the VAE's
 * latent statistics, which are the published ones). Source: wan-architecture.md §1.
 */
export function publishedConfigs({ layers = 30, textLayers = 24, vocabulary = 256_384 }: Sizes = {}) {
  return {
    textEncoder: {
      d_model: 4096,
      d_ff: 10_240,
      d_kv: 64,
      num_heads: 64,
      num_layers: textLayers,
      vocab_size: vocabulary,
    },
    denoiser: {
      num_layers: layers,
      num_attention_heads: 24,
      attention_head_dim: 128,
      ffn_dim: 14_336,
      freq_dim: 256,
      text_dim: 4096,
    },
    vae: { base_dim: 160, decoder_base_dim: 256 },
  } as const satisfies Record<ComponentName, object>;
}

/** Networks a thousandth of the size, which still fit to published ones beside them: text of 4,096 features, latents of 48 channels. */
export const smallConfigs = {
  textEncoder: { d_model: 4096, d_ff: 64, d_kv: 32, num_heads: 2, num_layers: 1, vocab_size: 608 },
  denoiser: {
    num_layers: 2,
    num_attention_heads: 2,
    attention_head_dim: 128,
    ffn_dim: 512,
    freq_dim: 256,
    text_dim: 4096,
  },
  vae: { base_dim: 8, decoder_base_dim: 8 },
} as const satisfies Record<ComponentName, object>;
