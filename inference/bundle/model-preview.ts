import { openVaeEncoder } from '../runtime/vae-encoder.js';
import type { PreviewFitter } from './import.js';
import { fitPreview } from './preview-fit.js';

/** A small video, 128×128 pixels and 9 frames; five of them give the thousand samples that 48×3 numbers are fitted to. */
const sample = { frames: 3, height: 8, width: 8 };

/** The seed of the clips: the same model gets the same map. */
const seed = 1;

/** Fits the preview map of a model by running its VAE's encoder on the CPU. */
export const fitModelPreview: PreviewFitter = async (vae) => {
  const encoder = await openVaeEncoder(vae, { device: { kind: 'CPU' }, compute: 'float32' });
  try {
    const shape = { channels: vae.config.latentChannels, ...sample };
    const { matrix, bias } = await fitPreview(encoder, shape, seed);
    return { matrix, bias };
  } finally {
    await encoder.close();
  }
};
