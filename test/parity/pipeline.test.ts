import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  encodeFirstFrame,
  type GenerateEvent,
  type GenerateRequest,
  generate,
  type Networks,
} from '../../inference/pipeline/generate.js';
import type { PixelChunk, VaeEncoder } from '../../inference/pipeline/networks.js';
import { openDenoiser } from '../../inference/runtime/denoiser.js';
import { openTextEncoder } from '../../inference/runtime/text-encoder.js';
import { openVaeDecoder } from '../../inference/runtime/vae-decoder.js';
import { openVaeEncoder } from '../../inference/runtime/vae-encoder.js';
import { denoiserConfigSchema, textEncoderConfigSchema, vaeConfigSchema } from '../../inference/wan/config.js';
import { component, expectWithin, floats, item, readJson, readReference, tolerances } from '../support/reference.js';

const limits = await tolerances();
const prompts = await readJson('ref/prompts.json');
const options = { device: { kind: 'CPU' }, threads: 1 } as const;

let networks: Networks;
let encoder: VaeEncoder;
beforeAll(async () => {
  const text = await component('wan-micro/text_encoder');
  const dit = await component('wan-micro/transformer');
  const vae = await component('wan-micro/vae');
  const vaeSource = { weights: vae.weights, config: vaeConfigSchema.parse(vae.config) };
  encoder = await openVaeEncoder(vaeSource, options);
  networks = {
    textEncoder: await openTextEncoder(
      { weights: text.weights, config: textEncoderConfigSchema.parse(text.config) },
      options,
    ),
    denoiser: await openDenoiser({ weights: dit.weights, config: denoiserConfigSchema.parse(dit.config) }, options),
    decoder: await openVaeDecoder(vaeSource, options),
  };
});
afterAll(async () => {
  for (const network of [...Object.values(networks), encoder]) await network.close();
});

function tokenIds(text: string): number[] {
  return prompts.texts.find((entry: { raw: string }) => entry.raw === text).ids;
}

async function readCase(name: string) {
  const spec = await readJson(`ref/${name}.json`);
  const tensors = await readReference(`${name}.safetensors`);
  const request: GenerateRequest = {
    prompt: tokenIds(spec.prompt),
    negativePrompt: tokenIds(spec.negative_prompt ?? ''),
    width: spec.w,
    height: spec.h,
    frameCount: spec.f,
    latentChannels: 48,
    steps: spec.steps,
    guidanceScale: spec.g,
    sampler: spec.sched === 'unipc' ? 'UNIPC' : 'EULER',
    shift: spec.shift ?? 5,
    seed: 0,
    noise: floats(tensors, 'initial_latents'),
  };
  if (spec.kind !== 'i2v') return { request, tensors };
  const data = floats(tensors, 'image_preprocessed');
  const firstFrame = await encodeFirstFrame(encoder, { data, frames: 1, height: spec.h, width: spec.w });
  expectWithin(firstFrame, floats(tensors, 'image_latent_normalized'), limits.vae_encode);
  return { request: { ...request, firstFrame }, tensors };
}

/** Frames in 0..1, [frames, 3, height, width], as diffusers hands them out. */
function joined(chunks: readonly PixelChunk[]): Float32Array {
  const frames = chunks.flatMap(({ data, frames: count, height, width }) => {
    const area = height * width;
    return Array.from({ length: count }, (_, t) =>
      [0, 1, 2].flatMap((c) => [...data.subarray((c * count + t) * area, (c * count + t + 1) * area)]),
    );
  });
  return Float32Array.from(frames.flat(), (y) => Math.min(1, Math.max(0, y / 2 + 0.5)));
}

describe('the pipeline against diffusers, from token ids to frames', () => {
  it.each(['e2e_t2v_cfg5', 'e2e_t2v_nocfg', 'e2e_t2v_euler', 'e2e_i2v_cfg5'])('%s', async (name) => {
    const { request, tensors } = await readCase(name);
    const seen: GenerateEvent['kind'][] = [];
    const chunks: PixelChunk[] = [];
    for await (const event of generate(networks, request)) {
      seen.push(event.kind);
      if (event.kind === 'text') {
        const { prompt, negativePrompt } = event.conditioning;
        expectWithin(prompt.data, floats(tensors, 'prompt_embeds'), limits.text_encoder);
        expect(negativePrompt === null).toBe(request.guidanceScale <= 1);
        if (negativePrompt) {
          expectWithin(negativePrompt.data, floats(tensors, 'negative_prompt_embeds'), limits.text_encoder);
        }
      } else if (event.kind === 'step') {
        expectWithin(event.sample, item(tensors, 'step_latents', event.step - 1), limits.e2e_latents);
      } else if (event.kind === 'latents') {
        expectWithin(event.latents, floats(tensors, 'final_latents'), limits.e2e_latents);
      } else {
        chunks.push(event.chunk);
      }
    }
    const latentFrames = (request.frameCount - 1) / 4 + 1;
    const expected = ['text', ...Array(request.steps).fill('step'), 'latents', ...Array(latentFrames).fill('frames')];
    expect(seen).toEqual(expected);
    expectWithin(joined(chunks), floats(tensors, 'frames'), limits.e2e_frames);
  });

  it('makes the same video of the same seed, and another of another', async () => {
    const { request } = await readCase('e2e_t2v_nocfg');
    const { noise: _, ...seeded } = request;
    const video = async (seed: number) => {
      const chunks: PixelChunk[] = [];
      for await (const event of generate(networks, { ...seeded, seed })) {
        if (event.kind === 'frames') chunks.push(event.chunk);
      }
      return joined(chunks);
    };
    const first = await video(1);
    expect(await video(1)).toEqual(first);
    expect(await video(2)).not.toEqual(first);
  });
});
