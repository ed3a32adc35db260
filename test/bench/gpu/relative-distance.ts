/** ‖found − expected‖ / ‖expected‖ of float32 numbers; NaN if any is. */
export function relativeDistance(found: Buffer, expected: Buffer): number {
  const a = new Float32Array(Uint8Array.from(found).buffer);
  const b = new Float32Array(Uint8Array.from(expected).buffer);
  let apart = 0;
  let size = 0;
  for (let i = 0; i < b.length; i++) {
    apart += ((a[i] as number) - (b[i] as number)) ** 2;
    size += (b[i] as number) ** 2;
  }
  return Math.sqrt(apart / size);
}
