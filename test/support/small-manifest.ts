import type { ManifestFile } from '../../inference/bundle/manifest.js';

const sha256 = '0'.repeat(64);
const weights = { folder: 'weights', files: [{ name: 'model.safetensors', bytes: 1000, sha256 }] };

/** A valid manifest of a model that does not exist, for tests that compute nothing. */
export const smallManifest: ManifestFile = {
  format: 1,
  name: 'small',
  title: 'Small',
  license: 'none',
  architecture: 'wan2.2-ti2v',
  textEncoder: {
    config: { d_model: 8, d_ff: 16, d_kv: 4, num_heads: 2, num_layers: 1, vocab_size: 32 },
    weights,
  },
  denoiser: {
    config: {
      ...{ num_layers: 1, num_attention_heads: 2, attention_head_dim: 4, ffn_dim: 16, freq_dim: 8 },
      ...{ in_channels: 4, out_channels: 4, text_dim: 8 },
    },
    weights,
  },
  vae: {
    config: {
      z_dim: 4,
      temperal_downsample: [false, true, true],
      is_residual: true,
      in_channels: 12,
      out_channels: 12,
      patch_size: 2,
      scale_factor_spatial: 16,
      scale_factor_temporal: 4,
      latents_mean: [0, 0, 0, 0],
      latents_std: [1, 1, 1, 1],
    },
    weights,
  },
  tokenizer: { name: 'tokenizer.json', bytes: 1, sha256 },
  preview: { matrix: [], bias: [0.5, 0.5, 0.5] },
  defaults: {
    width: 64,
    height: 32,
    frameCount: 9,
    fps: 8,
    steps: 4,
    guidanceScale: 5,
    sampler: 'UNIPC',
    shift: 5,
  },
  limits: {
    maxWidth: 64,
    maxHeight: 64,
    sizeMultiple: 32,
    maxFrames: 9,
    frameMultiple: 4,
    maxSteps: 10,
    maxPromptTokens: 32,
  },
  examplePrompts: [],
};
