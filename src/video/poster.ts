import sharp from 'sharp';

/** Writes one frame of a video, rgb24 [height, width, 3], as a JPEG. */
export async function writePoster(frame: Uint8Array, width: number, height: number, output: string): Promise<void> {
  await sharp(frame, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 88, chromaSubsampling: '4:4:4' })
    .toFile(output);
}
