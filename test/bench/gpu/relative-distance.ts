import { readFile, writeFile } from 'node:fs/promises';

/** ‖a − b‖ / ‖b‖; NaN if any number is. */
export function relativeDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let apart = 0;
  let size = 0;
  for (let i = 0; i < b.length; i++) {
    apart += ((a[i] as number) - (b[i] as number)) ** 2;
    size += (b[i] as number) ** 2;
  }
  return Math.sqrt(apart / size);
}

/** How far these float32 numbers are from the first ones compared by this path: a file, written by whoever comes first. */
export async function compared(bytes: Buffer, path: string): Promise<{ relL2: number }> {
  const first = await readFile(path).catch(() => null);
  if (!first) await writeFile(path, bytes);
  const floats = (buffer: Buffer) => new Float32Array(Uint8Array.from(buffer).buffer);
  return { relL2: first ? relativeDistance(floats(bytes), floats(first)) : 0 };
}
