import { open } from 'node:fs/promises';
import sharp from 'sharp';

export const pictureTypes = ['image/jpeg', 'image/png', 'image/webp'] as const;
export type PictureType = (typeof pictureTypes)[number];

export interface Picture {
  readonly mimeType: PictureType;
  /** Pixels, as it is to be looked at: the camera's orientation applied. */
  readonly width: number;
  readonly height: number;
}

/** Not a picture that a video can begin with; the message says why, to the person who sent it. */
export class UnusablePicture extends Error {
  override readonly name = 'UnusablePicture';
}

const minSide = 16;
const maxSide = 8192;
/** A few kilobytes can unpack to gigabytes. More than any camera in use has, and 200 MB while it is decoded. */
const maxPixels = 50_000_000;

/**
 * Looks at a file that somebody sent: its type by its first bytes, whatever it was called, and then all of it, decoded once, so
 * that what is accepted can be used.
 * @throws UnusablePicture
 */
export async function inspectPicture(path: string): Promise<Picture> {
  const mimeType = await sniff(path);
  if (!mimeType) throw new UnusablePicture('This is no JPEG, PNG or WebP picture.');
  const picture = sharp(path, { limitInputPixels: maxPixels, failOn: 'error' });
  const metadata = await picture.metadata().catch(unreadable);
  const { width, height } = metadata.autoOrient;
  if (Math.min(width, height) < minSide || Math.max(width, height) > maxSide) {
    throw new UnusablePicture(
      `The picture has ${width}×${height} pixels; sides from ${minSide} to ${maxSide} are allowed.`,
    );
  }
  await picture.stats().catch(unreadable);
  return { mimeType, width, height };
}

function unreadable(error: Error): never {
  const message = /pixel limit/.test(error.message)
    ? `The picture has more than ${maxPixels / 1e6} million pixels.`
    : 'The picture is damaged: it cannot be decoded.';
  throw new UnusablePicture(message, { cause: error });
}

async function sniff(path: string): Promise<PictureType | null> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(16), 0, 16, 0);
    const start = buffer.toString('latin1', 0, bytesRead);
    if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg';
    if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
    return start.startsWith('RIFF') && start.startsWith('WEBP', 8) ? 'image/webp' : null;
  } finally {
    await file.close();
  }
}
