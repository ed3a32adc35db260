import { readFile } from 'node:fs/promises';
import { encodeOne } from '../../inference/pipeline/generate.js';
import { cleanPrompt } from '../../inference/tokenizer/text-cleaning.js';
import { Decodings } from './decodings.js';
import { EmbeddingCache, embeddingKey } from './embedding-cache.js';
import { writeFirstFrame } from './first-frame.js';
import { OpenGenerations } from './open-generations.js';
import type { OpenModels } from './open-models.js';
import type { Unit, UnitKind, UnitOf, UnitResult } from './protocol.js';
import { requireFinite } from './unit-failure.js';
import type { WorkFiles } from './work-files.js';

/** They compute on no session, or take what was begun ahead; any other unit waits for its end and drops it. */
const besideStepAhead: ReadonlySet<UnitKind> = new Set(['step', 'open', 'checkpoint', 'forget']);

/** Runs one unit after another on the sessions of this process, and keeps the generations' states in between. */
export class UnitRunner {
  readonly #models: OpenModels;
  readonly #work: WorkFiles;
  readonly #embeddings: EmbeddingCache;
  readonly #generations: OpenGenerations;
  readonly #decodings: Decodings;

  constructor(models: OpenModels, work: WorkFiles) {
    this.#models = models;
    this.#work = work;
    this.#embeddings = new EmbeddingCache(work.embeddings);
    this.#generations = new OpenGenerations(models, work, this.#embeddings);
    this.#decodings = new Decodings(models, work);
  }

  async run(unit: Unit): Promise<UnitResult<UnitKind>> {
    if (!besideStepAhead.has(unit.kind)) await this.#generations.dropAhead();
    switch (unit.kind) {
      case 'load':
        await this.#models.load(unit.bundle, unit.component, unit.memoryBytes);
        return { runsAside: this.#models.runsAside(unit.bundle) };
      case 'release':
        if (unit.component === 'vae') await this.#decodings.stopAll(unit.bundle);
        await this.#models.release(unit.bundle, unit.component);
        return {};
      case 'encode-text':
        return this.#encodeText(unit);
      case 'encode-image':
        return this.#encodeImage(unit);
      case 'open':
        return this.#generations.open(unit);
      case 'step':
        return this.#generations.step(unit);
      case 'predict':
        return this.#generations.predict(unit);
      case 'advance':
        return this.#generations.advance(unit);
      case 'checkpoint':
        return this.#generations.checkpoint(unit);
      case 'decode':
        return this.#decodings.next(unit);
      case 'forget':
        return this.#forget(unit);
    }
  }

  noMore(): void {
    this.#generations.noMore();
  }

  async #encodeText({ bundle: directory, prompts }: UnitOf<'encode-text'>): Promise<UnitResult<'encode-text'>> {
    const { bundle, network } = this.#models.get(directory, 'textEncoder');
    let encoded = 0;
    for (const prompt of prompts) {
      const key = embeddingKey(bundle.manifest, this.#models.kind, prompt);
      if (await this.#embeddings.read(key)) continue;
      const tokens = await network.tokenizer.encode(cleanPrompt(prompt));
      const embedding = await encodeOne(network.encoder, tokens);
      requireFinite(embedding.data, 'while the prompt was encoded');
      await this.#embeddings.write(key, embedding);
      encoded++;
    }
    return { encoded };
  }

  async #encodeImage(unit: UnitOf<'encode-image'>): Promise<UnitResult<'encode-image'>> {
    const { generationId, bundle: directory, picture, width, height } = unit;
    const { bundle } = this.#models.get(directory, 'vae');
    // Here and not above: sharp takes half of an executor's start, and few videos begin with a picture.
    const { readPicture } = await import('../../inference/pipeline/image.js');
    const pixels = await readPicture(await readFile(picture), width, height, 'cover');
    const { shape, latents } = await this.#models.encodePicture(directory, pixels);
    requireFinite(latents, 'while the picture was encoded');
    writeFirstFrame(this.#work.firstFrame(generationId), bundle.manifest, shape, latents);
    return {};
  }

  async #forget({ generationIds }: UnitOf<'forget'>): Promise<UnitResult<'forget'>> {
    for (const id of generationIds) {
      await this.#generations.forget(id);
      await this.#decodings.stop(id);
    }
    return {};
  }
}
