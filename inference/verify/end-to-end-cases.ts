import { z } from 'zod';
import { encodeFirstFrame, generate, type Networks } from '../pipeline/generate.js';
import type { PixelChunk, VaeEncoder } from '../pipeline/networks.js';
import { pixelsOf, rgb24 } from '../pipeline/pixels.js';
import { samplers } from '../samplers/index.js';
import { cleanPrompt } from '../tokenizer/text-cleaning.js';
import type { PromptTokenizer } from '../tokenizer/tokenizer.js';
import { compare, exact, type VerifyRow } from './compare.js';
import { joinChunks } from './join-chunks.js';
import type { Reference, ReferenceTensors } from './reference.js';

const specSchema = z.object({
  kind: z.enum(['t2v', 'i2v']),
  steps: z.number(),
  g: z.number(),
  sched: z.enum(['unipc', 'euler']),
  shift: z.number().optional(),
  prompt: z.string(),
  negative_prompt: z.string().nullable(),
});

export interface OpenedModel extends Networks {
  readonly encoder: VaeEncoder;
  readonly tokenizer: PromptTokenizer;
  /** flow_shift of the model's scheduler. */
  readonly shift: number;
}

/** Whole runs of the pipeline from the prompt to bytes, text-to-video and image-to-video, from the reference's noise. */
export async function* endToEndCases(reference: Reference, model: OpenedModel): AsyncGenerator<VerifyRow> {
  for (const name of (await reference.list('', '.json')).filter((each) => each.startsWith('e2e_'))) {
    yield* oneRun(reference, name, model);
  }
}

async function* oneRun(reference: Reference, name: string, model: OpenedModel): AsyncGenerator<VerifyRow> {
  const spec = specSchema.parse(await reference.json(`${name}.json`));
  const tensors = await reference.tensors(`${name}.safetensors`);
  const { tolerances } = reference;
  const check = (what: string, found: ArrayLike<number>, limits = tolerances.latents) =>
    compare(`${name}/${what}`, found, tensors.numbers(what), limits);

  const sampler = spec.sched === 'unipc' ? 'UNIPC' : 'EULER';
  const shift = spec.shift ?? model.shift;
  const schedule = samplers[sampler].schedule(spec.steps, shift);
  yield check('sigmas', schedule.sigmas, exact);
  yield check('timesteps', schedule.timesteps, exact);

  const firstFrame = spec.kind === 'i2v' ? await encodeFirstFrame(model.encoder, picture(tensors)) : undefined;
  if (firstFrame) yield check('image_latent_normalized', firstFrame, tolerances.vaeEncode);

  const [, channels, frames, height, width] = tensors.dims('initial_latents') as [1, number, number, number, number];
  const steps: number[] = [];
  const chunks: PixelChunk[] = [];
  const events = generate(model, {
    prompt: await model.tokenizer.encode(cleanPrompt(spec.prompt)),
    negativePrompt: await model.tokenizer.encode(cleanPrompt(spec.negative_prompt ?? '')),
    width: 16 * width,
    height: 16 * height,
    frameCount: 4 * frames - 3,
    latentChannels: channels,
    steps: spec.steps,
    guidanceScale: spec.g,
    sampler,
    shift,
    seed: 0,
    noise: tensors.numbers('initial_latents'),
    ...(firstFrame ? { firstFrame } : {}),
  });
  for await (const event of events) {
    if (event.kind === 'text') {
      const { prompt, negativePrompt } = event.conditioning;
      yield check('prompt_embeds', prompt.data, tolerances.textEncoder);
      if (negativePrompt) yield check('negative_prompt_embeds', negativePrompt.data, tolerances.textEncoder);
    } else if (event.kind === 'step') {
      for (const value of event.sample) steps.push(value);
    } else if (event.kind === 'latents') {
      yield check('step_latents', steps);
      yield check('final_latents', event.latents);
    } else {
      chunks.push(event.chunk);
    }
  }
  const video = joinChunks(chunks);
  yield check('frames', framesOf(video), tolerances.frames);
  yield check('frames_u8_round', rgb24(video, 'nearest'), tolerances.u8);
  yield check('frames_u8_trunc', rgb24(video, 'floor'), tolerances.u8);
}

/** image_u8 [height, width, 3] → one frame in [-1, 1]. */
function picture(tensors: ReferenceTensors): PixelChunk {
  const [height, width] = tensors.dims('image_u8') as [number, number];
  return pixelsOf(Uint8Array.from(tensors.numbers('image_u8')), height, width);
}

/** Pixels [3, frames, height, width] in [-1, 1] → [frames, 3, height, width] in [0, 1]. */
function framesOf({ data, frames, height, width }: PixelChunk): Float32Array {
  const plane = height * width;
  const result = new Float32Array(data.length);
  for (let frame = 0; frame < frames; frame++) {
    for (let colour = 0; colour < 3; colour++) {
      const from = (colour * frames + frame) * plane;
      const to = (frame * 3 + colour) * plane;
      for (let i = 0; i < plane; i++) result[to + i] = Math.min(1, Math.max(0, (data[from + i] as number) / 2 + 0.5));
    }
  }
  return result;
}
