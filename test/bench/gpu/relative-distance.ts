import { readFile, writeFile } from 'node:fs/promises';

/** ‖found − expected‖ / ‖expected‖ of float32 numbers; NaN if any is. */
function relativeDistance(found: Buffer, expected: Buffer): number {
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

/** How far these float32 numbers are from the first ones compared by this path: a file, written by whoever comes first. */
export async function compared(bytes: Buffer, path: string): Promise<{ relL2: number }> {
  const first = await readFile(path).catch(() => null);
  if (!first) await writeFile(path, bytes);
  return { relL2: first ? relativeDistance(bytes, first) : 0 };
}
