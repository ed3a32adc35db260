import { advance, begin, finalLatents, rowsOf } from '../../inference/pipeline/denoising.js';
import { condition } from '../../inference/pipeline/generate.js';
import { latentCount, latentShape } from '../../inference/pipeline/latents.js';
import type { PixelChunk } from '../../inference/pipeline/networks.js';
import { gaussianNoise } from '../../inference/pipeline/noise.js';
import { rgb24 } from '../../inference/pipeline/pixels.js';
import { previewFrames } from '../../inference/pipeline/preview.js';
import { cleanPrompt } from '../../inference/tokenizer/text-cleaning.js';
import type { JobState } from './job-state.js';
import type { OpenModels } from './open-models.js';
import { resetPeakRss } from './peak-memory.js';
import type { StepResult, Unit, UnitKind, UnitOf, UnitResult } from './protocol.js';

/** Runs one unit after another on the sessions of this process, and keeps the generations' states in between. */
export class UnitRunner {
  readonly #models: OpenModels;
  readonly #jobs = new Map<string, JobState>();
  /** Videos under way from latents to pixels. */
  readonly #decoding = new Map<
    string,
    { readonly chunks: AsyncGenerator<PixelChunk, void, void>; framesLeft: number }
  >();

  constructor(models: OpenModels) {
    this.#models = models;
  }

  async run(unit: Unit): Promise<UnitResult<UnitKind>> {
    switch (unit.kind) {
      case 'load':
        await this.#models.load(unit.bundle, unit.component);
        return {};
      case 'release':
        await this.#models.release(unit.bundle, unit.component);
        return {};
      case 'encode-text':
        if (!('request' in unit)) throw new Error('not here yet');
        return this.#encodeText(unit);
      case 'step':
        return this.#step(unit);
      case 'decode':
        return this.#decode(unit);
      case 'forget':
        return this.#forget(unit);
      default:
        throw new Error('not here yet');
    }
  }

  async #encodeText({ generationId, bundle, request }: Extract<UnitOf<'encode-text'>, { request: unknown }>): Promise<UnitResult<'encode-text'>> {
    resetPeakRss();
    const { prompt, negativePrompt, settings } = request;
    const { bundle: model, network } = this.#models.get(bundle, 'textEncoder');
    const ids = await network.tokenizer.encode(cleanPrompt(prompt));
    const negativeIds = await network.tokenizer.encode(cleanPrompt(negativePrompt));
    const shape = latentShape(settings, model.manifest.vae.config.latentChannels);
    const tokens = { prompt: ids, negativePrompt: negativeIds, guidanceScale: settings.guidanceScale };
    const conditioning = await condition(network.encoder, tokens);
    const { sampler, steps, shift, guidanceScale } = settings;
    const noise = gaussianNoise(settings.seed, latentCount(shape));
    const denoising = begin({ sampler, steps, shift, guidanceScale }, shape, noise);
    this.#jobs.set(generationId, { bundle, request, conditioning, denoising });
    return { encoded: 2 };
  }

  async #step({ generationIds }: UnitOf<'step'>): Promise<UnitResult<'step'>> {
    const jobs = generationIds.map((id) => this.#job(id));
    const [first] = jobs;
    if (!first) return { members: [] };
    const { bundle, network: denoiser } = this.#models.get(first.bundle, 'denoiser');
    const rows = jobs.map(({ denoising, conditioning }) => rowsOf(denoising, conditioning));
    const velocities = await denoiser.denoise(first.denoising.shape, rows.flat());
    const members = jobs.map((job, i): StepResult => {
      const { state, x0 } = advance(job.denoising, velocities.splice(0, rows[i]?.length));
      const generationId = generationIds[i] as string;
      this.#jobs.set(generationId, { ...job, denoising: state });
      const { frames: count, width, height } = state.shape;
      const preview = { data: previewFrames(x0, state.shape, bundle.manifest.preview), count, width, height };
      return { generationId, step: state.step, finite: state.sample.every(Number.isFinite), checkpointed: false, preview };
    });
    return { members };
  }

  async #decode({ generationId }: UnitOf<'decode'>): Promise<UnitResult<'decode'>> {
    const job = this.#job(generationId);
    let decoding = this.#decoding.get(generationId);
    if (!decoding) {
      const { network: decoder } = this.#models.get(job.bundle, 'vae');
      const chunks = decoder.decode(job.denoising.shape, finalLatents(job.denoising));
      decoding = { chunks, framesLeft: job.request.settings.frameCount };
      this.#decoding.set(generationId, decoding);
    }
    const next = await decoding.chunks.next();
    if (next.done) throw new Error(`the decoder ended ${decoding.framesLeft} frames before the video`);
    const { frames: count, width, height } = next.value;
    const frameIndex = job.request.settings.frameCount - decoding.framesLeft;
    decoding.framesLeft -= count;
    return { frames: { data: rgb24(next.value), count, width, height }, frameIndex, last: decoding.framesLeft <= 0 };
  }

  async #forget({ generationIds }: UnitOf<'forget'>): Promise<UnitResult<'forget'>> {
    for (const id of generationIds) {
      this.#jobs.delete(id);
      await this.#decoding.get(id)?.chunks.return();
      this.#decoding.delete(id);
    }
    return {};
  }

  #job(generationId: string): JobState {
    const job = this.#jobs.get(generationId);
    if (!job) throw new Error(`generation ${generationId} is not here`);
    return job;
  }
}
