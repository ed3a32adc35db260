import { access } from 'node:fs/promises';
import { checkpointIdentity, checkpointStep } from '../execution/checkpoint.js';
import { EmbeddingCache, embeddingKey } from '../execution/embedding-cache.js';
import type { WorkFiles } from '../execution/work-files.js';
import { promptsOf, requestOf } from './asker.js';
import type { DeviceKind } from './policy.js';
import type { Job } from './ports.js';
import type { InstalledModel } from './work.js';

/** What need not be computed because it lies on disk. */
export class KeptWork {
  readonly #files: WorkFiles;
  readonly #kinds: readonly DeviceKind[];
  readonly #embeddings: EmbeddingCache;
  /** Before the first generation, and so before any executor. */
  #prepared: Promise<void> | null = null;

  /** @param kinds of the devices that there are */
  constructor(files: WorkFiles, kinds: readonly DeviceKind[]) {
    this.#files = files;
    this.#kinds = [...new Set(kinds)];
    this.#embeddings = new EmbeddingCache(files.embeddings);
  }

  /** Takes over what another generation of the same request has left. @returns steps done */
  async begin(job: Job, model: InstalledModel): Promise<number> {
    this.#prepared ??= this.#files.prepare();
    await this.#prepared;
    if (job.continues !== null) await this.#files.adopt(job.continues, job.generationId);
    return this.stepOf(job, model);
  }

  /** Steps done by the word of its checkpoint; 0 without one. */
  stepOf(job: Job, { manifest }: InstalledModel): Promise<number> {
    return checkpointStep(this.#files.checkpoint(job.generationId), checkpointIdentity(manifest, requestOf(job)));
  }

  /** A kind of device for which all its texts are encoded; null if there is none. @param only this kind, if not null */
  async kindWithTexts(job: Job, { manifest }: InstalledModel, only: DeviceKind | null): Promise<DeviceKind | null> {
    for (const kind of only === null ? this.#kinds : [only]) {
      const keys = promptsOf(job).map((prompt) => embeddingKey(manifest, kind, prompt));
      const here = await Promise.all(keys.map((key) => this.#embeddings.has(key)));
      if (here.every(Boolean)) return kind;
    }
    return null;
  }

  hasFirstFrame({ generationId }: Job): Promise<boolean> {
    return access(this.#files.firstFrame(generationId)).then(
      () => true,
      () => false,
    );
  }

  /** It has succeeded: a retry may make other outputs of its latents. */
  succeed(generationId: string): Promise<void> {
    return this.#files.keepLatents(generationId);
  }

  /** It has ended, and nobody will go on with it. */
  end(generationId: string): Promise<void> {
    return this.#files.remove(generationId);
  }
}
