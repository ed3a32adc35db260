import { openVaeDecoder } from '../runtime/vae-decoder.js';
import { openVaeEncoder } from '../runtime/vae-encoder.js';
import type { PreviewFitter } from './import.js';
import { fitPreview } from './preview-fit.js';

/** A small video, 128×128 pixels and 9 frames; five of them give the thousand samples that 48×3 numbers are fitted to. */
const sample = { frames: 3, height: 8, width: 8 };

/** The seed of the noise that is decoded: the same model gets the same map. */
const seed = 1;

/**
 * Fits the preview map of a model by running its VAE on the CPU. Measured for a VAE of the published size: 135 s on two cores
 * shared with others, and 4.5 GB at the peak, as its weights are needed in fp32; the streaming form, which prepares further
 * kernels from them, took 10.6 GB.
 */
export const fitModelPreview: PreviewFitter = async (vae) => {
  const options = { device: { kind: 'CPU' } } as const;
  const decoder = await openVaeDecoder(vae, { ...options, form: 'single' });
  try {
    const encoder = await openVaeEncoder(vae, options);
    try {
      const shape = { channels: vae.config.latentChannels, ...sample };
      const { matrix, bias } = await fitPreview({ decoder, encoder }, shape, seed);
      return { matrix, bias };
    } finally {
      await encoder.close();
    }
  } finally {
    await decoder.close();
  }
};
