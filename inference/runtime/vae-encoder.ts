import type { LatentShape, PixelChunk, VaeEncoder } from '../pipeline/networks.js';
import { type DType, elementCount, float32 } from '../tensor.js';
import type { VaeSource } from '../wan/vae/decoder-graphs.js';
import { singlePassEncoder } from '../wan/vae/encoder.js';
import { openSession, type Session, type SessionOptions } from './session.js';

/**
 * Opens the VAE's encoder, for videos of any size in multiples of 16 pixels. Memory grows with the video.
 * @param options.compute float32 on the CPU, float16 on CUDA if left out: what is fast there.
 */
export async function openVaeEncoder(
  source: VaeSource,
  options: SessionOptions & { readonly compute?: DType },
): Promise<VaeEncoder> {
  const compute = options.compute ?? (options.device.kind === 'CUDA' ? 'float16' : 'float32');
  return new OrtVaeEncoder(await openSession(singlePassEncoder(source, compute), options));
}

class OrtVaeEncoder implements VaeEncoder {
  constructor(private readonly session: Session) {}

  /** Frames beyond 4n + 1 are left out, as the reference does. */
  async encode(pixels: PixelChunk): Promise<{ shape: LatentShape; latents: Float32Array }> {
    const { frames, height, width } = pixels;
    if (frames < 1 || height < 16 || width < 16 || height % 16 !== 0 || width % 16 !== 0) {
      throw new Error(`cannot encode ${frames} frames of ${width}x${height} pixels: sizes are multiples of 16`);
    }
    if (pixels.data.length !== elementCount([3, frames, height, width])) {
      throw new Error(`${pixels.data.length} numbers for pixels of [3, ${frames}, ${height}, ${width}]`);
    }
    const kept = frames - ((frames - 1) % 4);
    const data = kept === frames ? pixels.data : firstFrames(pixels, kept);
    const results = await this.session.run({ pixels: float32(data, [1, 3, kept, height, width]) });
    const latents = results.latents;
    if (!latents) throw new Error('the VAE encoder gave no latents');
    const [, channels, ...rest] = latents.dims as [number, number, number, number, number];
    const shape = { channels, frames: rest[0], height: rest[1], width: rest[2] };
    return { shape, latents: latents.data as Float32Array };
  }

  close(): Promise<void> {
    return this.session.close();
  }
}

function firstFrames({ data, frames, height, width }: PixelChunk, count: number): Float32Array {
  const area = height * width;
  const kept = new Float32Array(3 * count * area);
  for (let c = 0; c < 3; c++) kept.set(data.subarray(c * frames * area, (c * frames + count) * area), c * count * area);
  return kept;
}
