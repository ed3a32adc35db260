import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface Bound {
  readonly maxBytes: number;
  /** What was used more recently stays, whatever it takes. */
  readonly graceMs: number;
  readonly now: () => number;
}

/** The part that is left of the bound when it is reached, so that not every write has to look at all files. */
const keptPart = 3 / 4;

/**
 * Removes of a folder's files those that were used least recently, when all take more than the bound; the time of use is the
 * file's time of modification.
 * @returns bytes that are left
 */
export async function pruneFolder(folder: string, { maxBytes, graceMs, now }: Bound): Promise<number> {
  const names = await readdir(folder);
  const files = (await Promise.all(names.map((name) => entryOf(join(folder, name))))).filter((file) => file !== null);
  let bytes = files.reduce((sum, file) => sum + file.size, 0);
  if (bytes <= maxBytes) return bytes;
  const idle = files.filter(({ mtimeMs }) => now() - mtimeMs > graceMs);
  for (const { path, size } of idle.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
    if (bytes <= keptPart * maxBytes) break;
    await rm(path, { force: true });
    bytes -= size;
  }
  return bytes;
}

/** Null if another process has removed it meanwhile. */
async function entryOf(path: string): Promise<{ path: string; size: number; mtimeMs: number } | null> {
  return stat(path).then(
    ({ size, mtimeMs }) => ({ path, size, mtimeMs }),
    () => null,
  );
}
