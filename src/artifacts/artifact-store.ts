import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { StorageError } from '../errors.js';
import type { ArtifactFiles } from '../generations/ports.js';
import { newId } from '../ids.js';
import type { ArtifactStore } from '../scheduler/ports.js';

/**
 * Files by their content in a folder: `<root>/ab/cdef…` is the file whose sha256 is `abcdef…`, and `<root>/staged/` holds what
 * is being written. A file appears under its hash whole or not at all: it is flushed to the disk, then renamed.
 */
export class FileArtifactStore implements ArtifactStore, ArtifactFiles {
  private constructor(
    readonly root: string,
    private readonly staging: string,
  ) {}

  /** Makes the folders and removes what an earlier process left half written: one server a folder, so nobody writes to it. */
  static async open(folder: string): Promise<FileArtifactStore> {
    const root = resolve(folder);
    const staging = join(root, 'staged');
    await attempt('create', staging, async () => {
      await mkdir(staging, { recursive: true });
      for (const stale of await readdir(staging)) await rm(join(staging, stale), { recursive: true, force: true });
    });
    return new FileArtifactStore(root, staging);
  }

  async stage(extension: string): Promise<string> {
    if (!/^[a-z0-9]{1,10}$/.test(extension)) throw new Error(`Not a file extension: ${extension}`);
    return join(this.staging, `${newId()}.${extension}`);
  }

  /** @throws StorageError where the disk is full or fails; the staged file is then left to `discard`. */
  async commit(stagedPath: string): Promise<{ sha256: string; bytes: number }> {
    this.requireStaged(stagedPath);
    return attempt('store', stagedPath, async () => {
      const [sha256, { size: bytes }] = await Promise.all([hashOf(stagedPath), stat(stagedPath), flush(stagedPath)]);
      const target = this.path(sha256);
      await mkdir(dirname(target), { recursive: true });
      // Replaces the same bytes, if they were there: rename is atomic, and an open download keeps the old file.
      await rename(stagedPath, target);
      await flush(dirname(target));
      return { sha256, bytes };
    });
  }

  async discard(stagedPath: string): Promise<void> {
    this.requireStaged(stagedPath);
    await rm(stagedPath, { force: true });
  }

  async has(sha256: string): Promise<boolean> {
    return stat(this.path(sha256)).then(
      (file) => file.isFile(),
      () => false,
    );
  }

  /** Downloads that have begun go on to their end. */
  async remove(sha256: string): Promise<void> {
    await attempt('remove', this.path(sha256), () => rm(this.path(sha256), { force: true }));
  }

  /** Where the file with this hash lies, whether it exists or not. */
  path(sha256: string): string {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Error(`Not a sha256: ${sha256}`);
    return join(this.root, sha256.slice(0, 2), sha256.slice(2));
  }

  // What commit moves and discard deletes comes from our own folder only.
  private requireStaged(path: string): void {
    if (dirname(resolve(path)) !== this.staging) {
      throw new Error(`${relative(this.root, path)} was not staged by this store.`);
    }
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** A rename survives a power cut only if the file's bytes and the folder's entry were flushed. */
async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function attempt<T>(action: string, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new StorageError(action, path, error);
  }
}
