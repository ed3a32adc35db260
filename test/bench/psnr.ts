/** Peak signal-to-noise ratio of bytes, dB: infinite where they are the same. */
export function psnr(found: Uint8Array, expected: Uint8Array): number {
  let squared = 0;
  for (let i = 0; i < expected.length; i++) squared += ((found[i] as number) - (expected[i] as number)) ** 2;
  return 10 * Math.log10(255 ** 2 / (squared / expected.length));
}
