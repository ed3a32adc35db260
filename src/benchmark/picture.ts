/** Writes a PNG of a size: two colours that run into each other, which is as good as any for measuring. */
export async function writePicture(path: string, width: number, height: number): Promise<void> {
  const { default: sharp } = await import('sharp');
  const pixels = Uint8Array.from({ length: 3 * width * height }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return [(255 * x) / width, (255 * y) / height, 128][i % 3] as number;
  });
  await sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(path);
}
