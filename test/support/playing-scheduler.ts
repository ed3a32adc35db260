import { createHash } from 'node:crypto';
import { bundleIdentity } from '../../inference/bundle/identity.js';
import { componentNames } from '../../inference/bundle/manifest.js';
import { readCheckpoint } from '../../src/execution/checkpoint.js';
import type { GenerationRequest, UnitResult } from '../../src/execution/protocol.js';
import { WorkFiles } from '../../src/execution/work-files.js';
import type { InstalledModel } from '../../src/scheduler/work.js';
import { Executors, type ExecutorsOptions } from './executors.js';

/** What a generation came to. */
export interface Outcome {
  /** Hash of the denoised latents. */
  readonly latents: string;
  /** Hash of each decoded frame. */
  readonly frames: readonly string[];
}

/** Takes one generation through its units, on executors that may be killed between any two of them. */
export class PlayingScheduler {
  private constructor(
    readonly executors: Executors,
    readonly work: WorkFiles,
    readonly model: InstalledModel,
  ) {}

  /** @param folder of the work files, made if it is not there. */
  static async over(model: InstalledModel, folder: string, options?: ExecutorsOptions): Promise<PlayingScheduler> {
    const work = new WorkFiles(folder);
    await work.prepare();
    return new PlayingScheduler(new Executors(work.directory, options), work, model);
  }

  /** All components and texts, then the generation: the step at which it stands. */
  async open(generationId: string, request: GenerationRequest, executor = 0): Promise<number> {
    const { directory: bundle } = this.model;
    for (const component of componentNames) await this.executors.run({ kind: 'load', bundle, component }, executor);
    const prompts = [request.prompt, request.negativePrompt];
    await this.executors.run({ kind: 'encode-text', bundle, prompts }, executor);
    const { step } = await this.executors.run({ kind: 'open', generationId, bundle, request }, executor);
    if (step === null) throw new Error('something is missing in the work directory');
    return step;
  }

  async step(generationId: string, checkpoint = false, executor = 0) {
    const ask = { generationIds: [generationId], checkpoint: checkpoint ? [generationId] : [] };
    const [member] = (await this.executors.run({ kind: 'step', ...ask }, executor)).members;
    if (!member) throw new Error('a step has a member');
    return member;
  }

  /** The steps that are left. */
  async denoise(generationId: string, request: GenerationRequest): Promise<void> {
    for (let step = await this.open(generationId, request); step < request.settings.steps; ) {
      ({ step } = await this.step(generationId));
    }
  }

  /** From the checkpoint of the last step. */
  async outcome(generationId: string): Promise<Outcome> {
    const { directory: bundle, manifest } = this.model;
    const state = await readCheckpoint(this.work.checkpoint(generationId), { model: bundleIdentity(manifest) });
    if (!state) throw new Error('no checkpoint');
    await this.executors.run({ kind: 'load', bundle, component: 'vae' });
    const frames: string[] = [];
    for (let chunk: UnitResult<'decode'> | undefined; !chunk?.last; ) {
      chunk = await this.executors.run({ kind: 'decode', generationId, bundle });
      const { data, count } = chunk.frames;
      for (let i = 0; i < count; i++)
        frames.push(hash(data.subarray((i * data.length) / count, ((i + 1) * data.length) / count)));
    }
    return { latents: hash(new Uint8Array(state.sample.buffer)), frames };
  }

  /** From the first unit to the last, undisturbed. */
  async play(generationId: string, request: GenerationRequest): Promise<Outcome> {
    await this.denoise(generationId, request);
    return this.outcome(generationId);
  }
}

function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
