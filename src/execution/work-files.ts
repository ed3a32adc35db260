import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { partialSuffix } from './tensor-file.js';

/**
 * What outlives an executor, or passes from one to another, as files:
 *
 *   embeddings/<key>.safetensors             texts, shared by all generations (embedding-cache.ts)
 *   checkpoints/<generation>.safetensors     a generation between two steps (checkpoint.ts)
 *   first-frames/<generation>.safetensors    the latents of the picture that it begins with
 *
 * Executors write and read them; to make room, to hand over and to clear away is the server's part.
 */
export class WorkFiles {
  readonly directory: string;
  readonly embeddings: string;
  readonly #checkpoints: string;
  readonly #firstFrames: string;

  constructor(directory: string) {
    this.directory = directory;
    this.embeddings = join(directory, 'embeddings');
    this.#checkpoints = join(directory, 'checkpoints');
    this.#firstFrames = join(directory, 'first-frames');
  }

  /** The folders are there then, and without what a killed executor left half-written. While no executor runs. */
  async prepare(): Promise<void> {
    for (const folder of [this.embeddings, this.#checkpoints, this.#firstFrames]) {
      await mkdir(folder, { recursive: true });
      const partial = (await readdir(folder)).filter((name) => name.endsWith(partialSuffix));
      await Promise.all(partial.map((name) => rm(join(folder, name), { force: true })));
    }
  }

  checkpoint(generationId: string): string {
    return join(this.#checkpoints, `${generationId}${suffix}`);
  }

  firstFrame(generationId: string): string {
    return join(this.#firstFrames, `${generationId}${suffix}`);
  }

  /** Removes all that is kept of a generation; nothing happens if that is nothing. */
  async remove(generationId: string): Promise<void> {
    await rm(this.checkpoint(generationId), { force: true });
    await rm(this.firstFrame(generationId), { force: true });
  }

  /** Gives all that is kept of one generation to another, which asks for the same: a retry goes on where the first try ended. */
  async adopt(from: string, to: string): Promise<void> {
    await renameIfThere(this.checkpoint(from), this.checkpoint(to));
    await renameIfThere(this.firstFrame(from), this.firstFrame(to));
  }

  /** The generations of which something is kept, for a sweep when the server starts. */
  async generations(): Promise<Set<string>> {
    const names = [...(await namesIn(this.#checkpoints)), ...(await namesIn(this.#firstFrames))];
    return new Set(names.filter((name) => name.endsWith(suffix)).map((name) => name.slice(0, -suffix.length)));
  }
}

const suffix = '.safetensors';

/** None where the folder was never made. */
async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}

async function renameIfThere(from: string, to: string): Promise<void> {
  await rename(from, to).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}
