import sharp from 'sharp';
import type { PixelChunk } from './networks.js';
import { PictureError } from './picture-error.js';
import { pixelsOf } from './pixels.js';

/** Where the aspect differs: `fill` stretches, as the reference pipeline does; `cover` cuts off what is too much, evenly. */
export type PictureFit = 'fill' | 'cover';

/**
 * A picture file (PNG, JPEG, WebP, AVIF, GIF, TIFF: its first page) → pixels in [-1, 1] of the size asked for. Orientation
 * tags are obeyed, transparency is dropped, other colour spaces become sRGB. Lanczos-3 like PIL's, which the reference uses;
 * up to 2 levels of 255 apart from it where pictures shrink.
 * @throws PictureError if the bytes are no picture.
 */
export async function readPicture(
  file: Uint8Array,
  width: number,
  height: number,
  fit: PictureFit = 'fill',
): Promise<PixelChunk> {
  try {
    const bytes = await sharp(file)
      .autoOrient()
      .toColourspace('srgb')
      .removeAlpha()
      .resize({ width, height, fit, kernel: 'lanczos3', fastShrinkOnLoad: false })
      .raw({ depth: 'uchar' })
      .toBuffer();
    return pixelsOf(bytes, height, width);
  } catch (error) {
    throw new PictureError(`the picture cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
