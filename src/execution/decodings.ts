import { rm } from 'node:fs/promises';
import { bundleIdentity } from '../../inference/bundle/identity.js';
import { finalLatents, isDone } from '../../inference/pipeline/denoising.js';
import { frameCountOf } from '../../inference/pipeline/latents.js';
import type { PixelChunk } from '../../inference/pipeline/networks.js';
import { rgb24 } from '../../inference/pipeline/pixels.js';
import { readCheckpoint } from './checkpoint.js';
import type { OpenModels } from './open-models.js';
import type { UnitOf, UnitResult } from './protocol.js';
import { WorkFileError } from './tensor-file.js';
import { requireFinite } from './unit-failure.js';
import type { WorkFiles } from './work-files.js';

interface Decoding {
  /** Directory of the bundle. */
  readonly bundle: string;
  readonly chunks: AsyncGenerator<PixelChunk, void, void>;
  readonly frameCount: number;
  framesDone: number;
}

/** Videos under way from latents to pixels. */
export class Decodings {
  readonly #models: OpenModels;
  readonly #work: WorkFiles;
  readonly #underWay = new Map<string, Decoding>();

  constructor(models: OpenModels, work: WorkFiles) {
    this.#models = models;
    this.#work = work;
  }

  /** @throws WorkFileError without a good checkpoint of the last step. */
  async next(unit: UnitOf<'decode'>): Promise<UnitResult<'decode'>> {
    const { generationId } = unit;
    const decoding = this.#underWay.get(generationId) ?? (await this.#begin(unit));
    // What throws is over, and what is done needs no more.
    this.#underWay.delete(generationId);
    const next = await decoding.chunks.next();
    if (next.done) throw new Error(`the decoder ended after ${decoding.framesDone} of ${decoding.frameCount} frames`);
    requireFinite(next.value.data, 'while the frames were decoded');
    const { frames: count, width, height } = next.value;
    const frameIndex = decoding.framesDone;
    decoding.framesDone += count;
    const last = decoding.framesDone >= decoding.frameCount;
    if (last) await decoding.chunks.return();
    else this.#underWay.set(generationId, decoding);
    return { frames: { data: rgb24(next.value), count, width, height }, frameIndex, last };
  }

  async stop(generationId: string): Promise<void> {
    await this.#underWay.get(generationId)?.chunks.return();
    this.#underWay.delete(generationId);
  }

  /** The decoder is about to be closed: the next chunk of each begins with frame 0 again. */
  async stopAll(bundle: string): Promise<void> {
    for (const [generationId, decoding] of this.#underWay)
      if (decoding.bundle === bundle) await this.stop(generationId);
  }

  async #begin({ generationId, bundle: directory }: UnitOf<'decode'>): Promise<Decoding> {
    const { bundle, network: decoder } = this.#models.get(directory, 'vae');
    const model = bundleIdentity(bundle.manifest);
    const path = this.#work.checkpoint(generationId);
    const state = await readCheckpoint(path, { model });
    // Or its header would go on promising latents.
    if (!state) await rm(path, { force: true });
    if (!state || !isDone(state))
      throw new WorkFileError(`the latents of ${generationId} are not in the work directory`);
    const chunks = decoder.decode(state.shape, finalLatents(state));
    return { bundle: directory, chunks, frameCount: frameCountOf(state.shape), framesDone: 0 };
  }
}
