import type { ManifestFile } from '../../inference/bundle/manifest.js';
import { smallManifest } from './small-manifest.js';

const sha256 = '0'.repeat(64);
const weights = (bytes: number) => ({ folder: 'weights', files: [{ name: 'model.safetensors', bytes, sha256 }] });

/** The manifest that Wan2.2-TI2V-5B has in half precision, without the model: for tests that only reckon. */
export const publishedManifest: ManifestFile = {
  ...smallManifest,
  name: 'wan',
  textEncoder: {
    config: { d_model: 4096, d_ff: 10_240, d_kv: 64, num_heads: 64, num_layers: 24, vocab_size: 256_384 },
    weights: weights(11.36e9),
  },
  denoiser: {
    config: {
      num_layers: 30,
      num_attention_heads: 24,
      attention_head_dim: 128,
      ffn_dim: 14_336,
      in_channels: 48,
      out_channels: 48,
      text_dim: 4096,
    },
    weights: weights(9.97e9),
  },
  vae: {
    config: {
      ...smallManifest.vae.config,
      base_dim: 160,
      decoder_base_dim: 256,
      z_dim: 48,
      latents_mean: Array(48).fill(0),
      latents_std: Array(48).fill(1),
    },
    weights: weights(1.41e9),
  },
  defaults: { ...smallManifest.defaults, width: 832, height: 480, frameCount: 29, fps: 15, steps: 25 },
  limits: { ...smallManifest.limits, maxWidth: 1280, maxHeight: 1280, maxFrames: 121 },
};
