import { createHash } from 'node:crypto';
import { z } from 'zod';
import { bundleIdentity } from '../../inference/bundle/identity.js';
import type { Manifest } from '../../inference/bundle/manifest.js';
import type { DenoisingState } from '../../inference/pipeline/denoising.js';
import { isGuided } from '../../inference/pipeline/guidance.js';
import { latentCount } from '../../inference/pipeline/latents.js';
import { samplers } from '../../inference/samplers/index.js';
import { cleanPrompt } from '../../inference/tokenizer/text-cleaning.js';
import type { GenerationRequest } from './protocol.js';
import {
  type Float32Tensor,
  readTensorFile,
  readTensorFileMetadata,
  replaceTensorFile,
  type TensorFile,
} from './tensor-file.js';

/** A checkpoint of another model or request is none. */
export interface CheckpointIdentity {
  readonly model: string;
  readonly request: string;
}

/** All that the latents depend on. Not the device: a generation may go on elsewhere. */
export function checkpointIdentity(manifest: Manifest, request: GenerationRequest): CheckpointIdentity {
  const { width, height, frameCount, steps, guidanceScale, guidanceRescale, sampler, shift, seed } = request.settings;
  const { guidanceInterval, cacheSteps } = request.settings;
  const facts = [
    cleanPrompt(request.prompt),
    isGuided(guidanceScale) ? cleanPrompt(request.negativePrompt) : null,
    [width, height, frameCount, steps, guidanceScale, sampler, shift, seed],
    request.firstFrame,
    // Without them it is the same request as before there were such settings.
    ...(guidanceInterval || cacheSteps ? [guidanceInterval ?? null, cacheSteps ?? 0] : []),
    ...(guidanceRescale ? [{ guidanceRescale }] : []),
  ];
  return {
    model: bundleIdentity(manifest),
    request: createHash('sha256').update(JSON.stringify(facts)).digest('hex'),
  };
}

const natural = z.number().int().nonnegative();

/** Of a state all but its arrays. */
const plainSchema = z.object({
  settings: z.object({
    sampler: z.enum(Object.keys(samplers) as [keyof typeof samplers]),
    steps: natural,
    shift: z.number(),
    guidanceScale: z.number(),
    guidanceRescale: z.number().optional(),
    guidanceInterval: z.object({ start: z.number(), end: z.number() }).optional(),
    cacheSteps: natural.optional(),
    seed: natural,
  }),
  shape: z.object({ channels: natural, frames: natural, height: natural, width: natural }),
  step: natural,
  order: natural,
  /** Step of the last computed velocity, where that is kept. */
  computedStep: natural.optional(),
});

/** @throws WorkFileError */
export function writeCheckpoint(path: string, identity: CheckpointIdentity, state: DenoisingState): void {
  const { settings, shape, step, sample, solver, computed, firstFrame } = state;
  const plain: z.infer<typeof plainSchema> = {
    settings,
    shape,
    step,
    order: solver.order,
    computedStep: computed?.step,
  };
  const dims = [shape.channels, shape.frames, shape.height, shape.width];
  const tensors: Record<string, Float32Tensor> = { sample: { dims, data: sample } };
  solver.estimates.forEach((data, i) => {
    tensors[estimateName(i)] = { dims, data };
  });
  if (solver.origin) tensors.origin = { dims, data: solver.origin };
  if (computed) tensors.velocity = { dims, data: computed.velocity };
  if (firstFrame) {
    tensors.first_frame = { dims: [shape.channels, 1, shape.height, shape.width], data: firstFrame };
  }
  replaceTensorFile(path, { metadata: { ...identity, state: JSON.stringify(plain) }, tensors });
}

/**
 * The state, bit for bit; null if there is no file, or a broken one, or one of another identity.
 * @param identity without `request`, that of any request.
 */
export async function readCheckpoint(
  path: string,
  identity: Pick<CheckpointIdentity, 'model'> & Partial<CheckpointIdentity>,
): Promise<DenoisingState | null> {
  const file = await readTensorFile(path);
  const plain = file && plainState(file.metadata, identity);
  return plain && assemble(plain, file.tensors);
}

/** How many steps are done by the checkpoint's own word; 0 without one. Costs no more than to read its header. */
export async function checkpointStep(path: string, identity: CheckpointIdentity): Promise<number> {
  const metadata = await readTensorFileMetadata(path);
  return (metadata && plainState(metadata, identity)?.step) ?? 0;
}

function plainState(metadata: TensorFile['metadata'], { model, request }: Partial<CheckpointIdentity>) {
  if (metadata.model !== model || (request !== undefined && metadata.request !== request)) return null;
  const { success, data } = plainSchema.safeParse(parseJson(metadata.state));
  return success && data.step <= data.settings.steps ? data : null;
}

function assemble(
  { settings, shape, step, order, computedStep }: z.infer<typeof plainSchema>,
  tensors: TensorFile['tensors'],
): DenoisingState | null {
  const { sample, origin = null, velocity = null, first_frame: firstFrame = null } = tensors;
  const estimates: Float32Array[] = [];
  for (let next = tensors[estimateName(0)]; next; next = tensors[estimateName(estimates.length)]) {
    estimates.push(next.data);
  }
  const count = latentCount(shape);
  const arrays = [...estimates, ...(origin ? [origin.data] : []), ...(velocity ? [velocity.data] : [])];
  if (sample?.data.length !== count || arrays.some(({ length }) => length !== count)) return null;
  if (firstFrame && firstFrame.data.length * shape.frames !== count) return null;
  const solver = { estimates, origin: origin?.data ?? null, order };
  const computed = velocity && computedStep !== undefined ? { step: computedStep, velocity: velocity.data } : null;
  return { settings, shape, step, sample: sample.data, solver, computed, firstFrame: firstFrame?.data ?? null };
}

function estimateName(index: number): string {
  return `estimate_${index}`;
}

function parseJson(text = ''): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
