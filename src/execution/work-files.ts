import { access, copyFile, mkdir, readdir, rename, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { pruneFolder } from './bounded-folder.js';
import type { Row } from './protocol.js';
import { partialSuffix, sparesOf } from './tensor-file.js';

/**
 * What outlives an executor, or passes from one to another, as files:
 *
 *   embeddings/<key>.safetensors             texts, shared by all generations (embedding-cache.ts)
 *   checkpoints/<generation>.safetensors     a generation between two steps (checkpoint.ts)
 *   first-frames/<generation>.safetensors    the latents of the picture that it begins with
 *   velocities/<generation>.<step>.<row>     one row's half of a step, for the executor of the other half (velocity-file.ts)
 *   latents/<generation>.safetensors         the last checkpoint of one that has succeeded: for other outputs of the same
 *                                            pictures; bounded, what is used least recently goes first
 *
 * Executors write and read them; to make room, to hand over and to clear away is the server's part.
 */
export class WorkFiles {
  readonly directory: string;
  readonly embeddings: string;
  readonly #checkpoints: string;
  readonly #firstFrames: string;
  readonly #velocities: string;
  readonly #latents: string;
  readonly #maxLatentsBytes: number;

  constructor(directory: string, maxLatentsBytes = defaultMaxLatentsBytes) {
    this.directory = directory;
    this.embeddings = join(directory, 'embeddings');
    this.#checkpoints = join(directory, 'checkpoints');
    this.#firstFrames = join(directory, 'first-frames');
    this.#velocities = join(directory, 'velocities');
    this.#latents = join(directory, 'latents');
    this.#maxLatentsBytes = maxLatentsBytes;
  }

  /** The folders are there then, and without what killed executors left half-written or under way. While no executor runs. */
  async prepare(): Promise<void> {
    await rm(this.#velocities, { recursive: true, force: true });
    await mkdir(this.#velocities, { recursive: true });
    for (const folder of [this.embeddings, this.#checkpoints, this.#firstFrames, this.#latents]) {
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

  velocity(generationId: string, step: number, row: Row): string {
    return join(this.#velocities, `${generationId}.${step}.${row}`);
  }

  /** Removes all that is kept of a generation; nothing happens if that is nothing. */
  async remove(generationId: string): Promise<void> {
    await rm(this.checkpoint(generationId), { force: true });
    await this.#removeStepFiles(generationId);
    await rm(this.#finished(generationId), { force: true });
  }

  /** It has succeeded: its last checkpoint stays, as long as there is room for it, and nothing else. */
  async keepLatents(generationId: string): Promise<void> {
    await renameIfThere(this.checkpoint(generationId), this.#finished(generationId));
    await this.#removeStepFiles(generationId);
    await pruneFolder(this.#latents, { maxBytes: this.#maxLatentsBytes, graceMs: 0, now: Date.now });
  }

  /** Whether its latents are there; of one that has ended these are the finished ones. */
  async hasLatents(generationId: string): Promise<boolean> {
    return (await isThere(this.#finished(generationId))) || isThere(this.checkpoint(generationId));
  }

  /**
   * Gives all that is kept of one generation to another, which asks for the same pictures: a retry goes on where the first try
   * ended. Finished latents are copied: one may want more than one thing made of them.
   */
  async adopt(from: string, to: string): Promise<void> {
    if (await copyIfThere(this.#finished(from), this.checkpoint(to))) {
      const now = new Date();
      await utimes(this.#finished(from), now, now);
      return;
    }
    await renameIfThere(this.checkpoint(from), this.checkpoint(to));
    await renameIfThere(this.firstFrame(from), this.firstFrame(to));
  }

  /** The generations of which something is kept, for a sweep when the server starts. */
  async generations(): Promise<Set<string>> {
    const names = [...(await namesIn(this.#checkpoints)), ...(await namesIn(this.#firstFrames))];
    return new Set(names.filter((name) => name.endsWith(suffix)).map((name) => name.slice(0, -suffix.length)));
  }

  /** What only its steps needed. */
  async #removeStepFiles(generationId: string): Promise<void> {
    const files = [this.firstFrame(generationId), ...sparesOf(this.checkpoint(generationId))];
    await Promise.all(files.map((path) => rm(path, { force: true })));
    const halves = (await namesIn(this.#velocities)).filter((name) => name.startsWith(`${generationId}.`));
    await Promise.all(halves.map((name) => rm(join(this.#velocities, name), { force: true })));
  }

  #finished(generationId: string): string {
    return join(this.#latents, `${generationId}${suffix}`);
  }
}

const suffix = '.safetensors';

/** A video of 81 frames at 832×480 leaves up to 33 MB. */
const defaultMaxLatentsBytes = 2 ** 31;

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

/** A copy that is cut short must not look like a checkpoint: it gets its name when it is whole. */
async function copyIfThere(from: string, to: string): Promise<boolean> {
  const partial = `${to}${partialSuffix}`;
  try {
    await copyFile(from, partial);
    await rename(partial, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
