import { rm } from 'node:fs/promises';
import { arithmetic } from '../../inference/arithmetic.js';
import type { Manifest } from '../../inference/bundle/manifest.js';
import {
  advance,
  begin,
  type Conditioning,
  type DenoisingState,
  denoisingSettings,
  isDone,
  rowsOf,
} from '../../inference/pipeline/denoising.js';
import { isGuided } from '../../inference/pipeline/guidance.js';
import { latentCount, latentShape } from '../../inference/pipeline/latents.js';
import { gaussianNoise } from '../../inference/pipeline/noise.js';
import { previewFrames } from '../../inference/pipeline/preview.js';
import type { RgbFrames } from '../video/preview.js';
import { type CheckpointIdentity, checkpointIdentity, readCheckpoint, writeCheckpoint } from './checkpoint.js';
import { type EmbeddingCache, embeddingKey } from './embedding-cache.js';
import { readFirstFrame } from './first-frame.js';
import type { OpenModels } from './open-models.js';
import type { Row, StepResult, UnitOf, UnitResult } from './protocol.js';
import { StepRuns } from './step-runs.js';
import { leaveVelocity, takeVelocity } from './velocity-file.js';
import type { WorkFiles } from './work-files.js';

/** A generation between two units: plain data, of which a checkpoint holds what the prompts do not give. */
interface OpenGeneration {
  readonly bundle: string;
  readonly manifest: Manifest;
  readonly identity: CheckpointIdentity;
  readonly conditioning: Conditioning;
  readonly denoising: DenoisingState;
}

/** In the order of the pipeline's rows. */
const guidedRows: readonly Row[] = ['conditional', 'unconditional'];

/** The generations that are being denoised here. A unit that throws has changed none of them. */
export class OpenGenerations {
  readonly #models: OpenModels;
  readonly #work: WorkFiles;
  readonly #embeddings: EmbeddingCache;
  readonly #open = new Map<string, OpenGeneration>();
  readonly #runs = new StepRuns();
  /** Whether the next unit is likely to be a step of the same generations. */
  #more = false;
  /** Halves of steps that are not taken yet. */
  readonly #predicted = new Map<
    string,
    { readonly step: number; readonly row: Row; readonly velocity: Float32Array }
  >();

  constructor(models: OpenModels, work: WorkFiles, embeddings: EmbeddingCache) {
    this.#models = models;
    this.#work = work;
    this.#embeddings = embeddings;
  }

  async open({ generationId, bundle, request }: UnitOf<'open'>): Promise<UnitResult<'open'>> {
    const { manifest } = await this.#models.bundle(bundle);
    const conditioning = await this.#conditioning(manifest, request);
    if (!conditioning) return { step: null };
    const identity = checkpointIdentity(manifest, request);
    const saved = await this.#saved(generationId, identity);
    const denoising = saved ?? (await this.#firstState(generationId, manifest, request));
    if (!denoising) return { step: null };
    this.#open.set(generationId, { bundle, manifest, identity, conditioning, denoising });
    this.#predicted.delete(generationId);
    return { step: denoising.step };
  }

  async step({ generationIds, checkpoint, rowsAtOnce, more = false }: UnitOf<'step'>): Promise<UnitResult<'step'>> {
    this.#more = more;
    const members = generationIds.map((id) => this.#get(id));
    const [first] = members;
    if (!first) return { members: [], idleSeconds: null, aheadSeconds: 0 };
    if (members.some(({ bundle }) => bundle !== first.bundle))
      throw new Error('the members of a batch are of one bundle');
    const { network: denoiser } = this.#models.get(first.bundle, 'denoiser');
    const { velocities, aheadSeconds } = await this.#runs.take(denoiser, members, rowsAtOnce);
    const { idleSeconds = null } = denoiser;
    const advanced = members.map((member, i) => advanceOne(member, velocities[i] ?? []));
    // First of all, for the device waits for nothing else.
    if (this.#more) {
      const next = advanced.map(({ generation }) => generation);
      await this.#runs.beginAhead(denoiser, next, rowsAtOnce);
    }
    const previews = advanced.map(previewOf);
    const results = advanced.map(({ generation }, i) => {
      const id = generationIds[i] as string;
      return this.#accept(id, generation, previews[i] as RgbFrames, checkpoint.includes(id));
    });
    return { members: results, idleSeconds, aheadSeconds };
  }

  /** As it seemed, the next unit was to be a step of the same; it does not any more. */
  noMore(): void {
    this.#more = false;
  }

  /** For units that compute something else. */
  dropAhead(): Promise<void> {
    return this.#runs.drop();
  }

  async predict({ generationId, row }: UnitOf<'predict'>): Promise<UnitResult<'predict'>> {
    const { bundle, denoising, conditioning } = this.#get(generationId);
    const { network: denoiser } = this.#models.get(bundle, 'denoiser');
    const asked = rowsOf(denoising, conditioning)[guidedRows.indexOf(row)];
    if (!asked) throw new Error(`generation ${generationId} has no ${row} row in its next step`);
    const [velocity] = (await denoiser.denoise(denoising.shape, [asked])) as [Float32Array];
    leaveVelocity(this.#work.velocity(generationId, denoising.step, row), velocity);
    this.#predicted.set(generationId, { step: denoising.step, row, velocity });
    return {};
  }

  async advance({ generationId, checkpoint }: UnitOf<'advance'>): Promise<UnitResult<'advance'>> {
    const generation = this.#get(generationId);
    const { step, sample } = generation.denoising;
    const own = this.#predicted.get(generationId);
    if (own?.step !== step) throw new Error(`generation ${generationId}: no row was predicted here for this step`);
    const velocities = guidedRows.map((row) =>
      row === own.row ? own.velocity : takeVelocity(this.#work.velocity(generationId, step, row), sample.length),
    );
    const advanced = advanceOne(generation, velocities);
    return this.#accept(generationId, advanced.generation, previewOf(advanced), checkpoint);
  }

  /** @throws WorkFileError */
  async checkpoint({ generationIds }: UnitOf<'checkpoint'>): Promise<UnitResult<'checkpoint'>> {
    for (const id of generationIds) this.#save(id, this.#get(id));
    return {};
  }

  async forget(generationId: string): Promise<void> {
    const generation = this.#open.get(generationId);
    if (generation && this.#runs.has(generation)) await this.#runs.drop();
    this.#open.delete(generationId);
    this.#predicted.delete(generationId);
  }

  /** All that can fail has been done. */
  #accept(generationId: string, generation: OpenGeneration, preview: RgbFrames, save: boolean): StepResult {
    this.#open.set(generationId, generation);
    this.#predicted.delete(generationId);
    const { denoising } = generation;
    const finite = arithmetic().allFinite(denoising.sample);
    const checkpointed = finite && (save || isDone(denoising)) && this.#trySave(generationId, generation);
    return { generationId, step: denoising.step, finite, checkpointed, preview };
  }

  #trySave(generationId: string, generation: OpenGeneration): boolean {
    try {
      this.#save(generationId, generation);
      return true;
    } catch (error) {
      console.error((error as Error).message); // the host logs it
      return false;
    }
  }

  #save(generationId: string, { identity, denoising }: OpenGeneration): void {
    writeCheckpoint(this.#work.checkpoint(generationId), identity, denoising);
  }

  /** Null if an embedding is not in the cache. */
  async #conditioning(
    manifest: Manifest,
    { prompt, negativePrompt, settings }: UnitOf<'open'>['request'],
  ): Promise<Conditioning | null> {
    const embedding = (text: string) => this.#embeddings.read(embeddingKey(manifest, this.#models.kind, text));
    const conditional = await embedding(prompt);
    const unconditional = isGuided(settings.guidanceScale) ? await embedding(negativePrompt) : null;
    if (!conditional || (isGuided(settings.guidanceScale) && !unconditional)) return null;
    return { prompt: conditional, negativePrompt: unconditional };
  }

  /** A checkpoint of no use goes, or those who read its header only would count on it. */
  async #saved(generationId: string, identity: CheckpointIdentity): Promise<DenoisingState | null> {
    const path = this.#work.checkpoint(generationId);
    const state = await readCheckpoint(path, identity);
    if (!state) await rm(path, { force: true });
    return state;
  }

  /** Null if the first frame is not there, or of no use: then its file goes. */
  async #firstState(
    generationId: string,
    manifest: Manifest,
    request: UnitOf<'open'>['request'],
  ): Promise<DenoisingState | null> {
    const shape = latentShape(request.settings, manifest.vae.config.latentChannels);
    const path = this.#work.firstFrame(generationId);
    const firstFrame = request.firstFrame ? await readFirstFrame(path, manifest, shape) : null;
    if (request.firstFrame && !firstFrame) {
      await rm(path, { force: true });
      return null;
    }
    const noise = gaussianNoise(request.settings.seed, latentCount(shape));
    return begin(denoisingSettings(request.settings), shape, noise, firstFrame);
  }

  #get(generationId: string): OpenGeneration {
    const generation = this.#open.get(generationId);
    if (!generation) throw new Error(`generation ${generationId} is not open here`);
    return generation;
  }
}

interface Advanced {
  readonly generation: OpenGeneration;
  /** The clean latents as estimated at this step. */
  readonly x0: Float32Array;
}

function advanceOne(generation: OpenGeneration, velocities: readonly Float32Array[]): Advanced {
  const { state, x0 } = advance(generation.denoising, velocities);
  return { generation: { ...generation, denoising: state }, x0 };
}

function previewOf({ generation, x0 }: Advanced): RgbFrames {
  const { shape } = generation.denoising;
  const { frames: count, width, height } = shape;
  return { data: previewFrames(x0, shape, generation.manifest.preview), count, width, height };
}
