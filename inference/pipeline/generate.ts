import {
  advance,
  begin,
  type Conditioning,
  type DenoisingSettings,
  denoisingSettings,
  finalLatents,
  isDone,
  rowsOf,
} from './denoising.js';
import { isGuided } from './guidance.js';
import { latentCount, latentShape, type VideoSize } from './latents.js';
import type {
  Denoiser,
  LatentShape,
  PixelChunk,
  TextEmbedding,
  TextEncoder,
  VaeDecoder,
  VaeEncoder,
} from './networks.js';
import { gaussianNoise } from './noise.js';

/** The networks of a model, opened. They stay the caller's: generating closes none. */
export interface Networks {
  readonly textEncoder: TextEncoder;
  readonly denoiser: Denoiser;
  readonly decoder: VaeDecoder;
}

export interface GenerateRequest extends DenoisingSettings, VideoSize {
  /** Token ids, `</s>` last. */
  readonly prompt: readonly number[];
  /** Not looked at without guidance. */
  readonly negativePrompt: readonly number[];
  readonly latentChannels: number;
  /** N(0, 1) in place of the seed's noise, [latentChannels, frames, height/16, width/16]. */
  readonly noise?: Float32Array;
  /** Image-to-video: the picture's normalised latent, see `encodeFirstFrame`. */
  readonly firstFrame?: Float32Array;
}

export type GenerateEvent =
  /** The text is encoded; steps follow. */
  | { readonly kind: 'text'; readonly conditioning: Conditioning }
  /** `step` steps are done, maybe several more than before: see `cacheSteps`. `sample` is noisy, `x0` is the clean estimate. */
  | { readonly kind: 'step'; readonly step: number; readonly sample: Float32Array; readonly x0: Float32Array }
  | { readonly kind: 'latents'; readonly shape: LatentShape; readonly latents: Float32Array }
  /** Pixels in [-1, 1]: one frame first, then four each. */
  | { readonly kind: 'frames'; readonly chunk: PixelChunk };

/**
 * Text → conditioning → steps → latents → frames, for one generation on networks of its own. Stop iterating to cancel.
 * A server that shares its networks among generations drives the same functions step by step instead.
 */
export async function* generate(
  networks: Networks,
  request: GenerateRequest,
): AsyncGenerator<GenerateEvent, void, void> {
  const shape = latentShape(request, request.latentChannels);

  const conditioning = await condition(networks.textEncoder, request);
  yield { kind: 'text', conditioning };

  const noise = request.noise ?? gaussianNoise(request.seed, latentCount(shape));
  let state = begin(denoisingSettings(request), shape, noise, request.firstFrame ?? null);
  while (!isDone(state)) {
    const velocities = await networks.denoiser.denoise(shape, rowsOf(state, conditioning));
    const { state: next, x0 } = advance(state, velocities);
    state = next;
    yield { kind: 'step', step: state.step, sample: state.sample, x0 };
  }

  const latents = finalLatents(state);
  yield { kind: 'latents', shape, latents };

  for await (const chunk of networks.decoder.decode(shape, latents)) yield { kind: 'frames', chunk };
}

/**
 * Prompts as the denoiser sees them. Without guidance the negative prompt is not encoded. Each is encoded by itself: in a batch
 * the other's length would change its last bits, and an embedding kept from another generation would not be the same.
 */
export async function condition(
  textEncoder: TextEncoder,
  { prompt, negativePrompt, guidanceScale }: Pick<GenerateRequest, 'prompt' | 'negativePrompt' | 'guidanceScale'>,
): Promise<Conditioning> {
  const conditional = await encodeOne(textEncoder, prompt);
  return {
    prompt: conditional,
    negativePrompt: isGuided(guidanceScale) ? await encodeOne(textEncoder, negativePrompt) : null,
  };
}

export async function encodeOne(textEncoder: TextEncoder, prompt: readonly number[]): Promise<TextEmbedding> {
  const [embedding] = await textEncoder.encode([prompt]);
  if (!embedding) throw new Error('the text encoder gave no embedding');
  return embedding;
}

/**
 * The latent that image-to-video keeps in its first frame.
 * @param picture one frame, in [-1, 1], of the video's size.
 */
export async function encodeFirstFrame(encoder: VaeEncoder, picture: PixelChunk): Promise<Float32Array> {
  if (picture.frames !== 1) throw new RangeError(`a picture is one frame, not ${picture.frames}`);
  return (await encoder.encode(picture)).latents;
}
