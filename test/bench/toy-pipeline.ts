import { openDiffusersFolder } from '../../inference/bundle/diffusers-folder.js';
import { type GenerateRequest, generate } from '../../inference/pipeline/generate.js';
import { latentCount, latentShape } from '../../inference/pipeline/latents.js';
import { gaussianNoise } from '../../inference/pipeline/noise.js';
import { rgb24 } from '../../inference/pipeline/pixels.js';
import { openDenoiser } from '../../inference/runtime/denoiser.js';
import type { SessionOptions } from '../../inference/runtime/session.js';
import { openTextEncoder } from '../../inference/runtime/text-encoder.js';
import { openVaeDecoder } from '../../inference/runtime/vae-decoder.js';
import type { DType } from '../../inference/tensor.js';
import { cleanPrompt } from '../../inference/tokenizer/text-cleaning.js';
import { loadTokenizer } from '../../inference/tokenizer/tokenizer.js';

export type Precision = SessionOptions & { readonly compute?: DType };

export interface ToyRun {
  /** As they are decoded. */
  readonly latents: Float32Array;
  /** RGB24 */
  readonly frames: Uint8Array;
  /** Seconds of each step, of the decoding, and of all from text to frames. */
  readonly steps: readonly number[];
  readonly decode: number;
  readonly total: number;
}

/**
 * Called after the text is encoded and after every step, with the estimate of the clean latents; awaited before what follows,
 * which `stop` keeps from coming.
 */
export type OnStep = (step: number, x0: Float32Array | null) => Promise<'stop' | undefined>;

const size = { width: 256, height: 160, frameCount: 33 };
const seed = 7;

/**
 * The bundled model's networks, or another folder's, in this process, no server around them. `run` makes the showpiece: 256×160,
 * 33 frames, 20 steps, guidance 3, from seed 7's `noise`.
 */
export async function openToy(directory: string, session: Precision) {
  const folder = await openDiffusersFolder(directory);
  const tokenizer = loadTokenizer(folder.tokenizerFile);
  const source = <C>(part: { weights: { source: typeof folder.vae.weights.source }; config: C }) => ({
    weights: part.weights.source,
    config: part.config,
  });
  const networks = {
    textEncoder: await openTextEncoder(source(folder.textEncoder), session),
    denoiser: await openDenoiser(source(folder.denoiser), session),
    decoder: await openVaeDecoder(source(folder.vae), session),
  };
  const latentChannels = folder.vae.config.latentChannels;
  const noise = gaussianNoise(seed, latentCount(latentShape(size, latentChannels)));
  return {
    noise,
    async run(
      prompt: string,
      onStep: OnStep = async () => undefined,
      changes: Partial<GenerateRequest> = {},
    ): Promise<ToyRun> {
      const started = performance.now();
      const request: GenerateRequest = {
        prompt: await tokenizer.encode(cleanPrompt(prompt)),
        negativePrompt: await tokenizer.encode(''),
        ...size,
        steps: 20,
        shift: folder.shift,
        guidanceScale: 3,
        sampler: 'UNIPC',
        latentChannels,
        seed,
        ...changes,
      };
      const chunks: Uint8Array[] = [];
      const steps: number[] = [];
      let latents = new Float32Array();
      let last = performance.now();
      for await (const event of generate(networks, request)) {
        if (event.kind === 'text') await onStep(0, null);
        if (event.kind === 'step') {
          steps.push((performance.now() - last) / 1000);
          if ((await onStep(event.step, event.x0)) === 'stop') break;
        }
        if (event.kind === 'frames') chunks.push(rgb24(event.chunk));
        else last = performance.now();
        if (event.kind === 'latents') latents = event.latents as typeof latents;
      }
      const now = performance.now();
      return {
        latents,
        frames: Buffer.concat(chunks),
        steps,
        decode: (now - last) / 1000,
        total: (now - started) / 1000,
      };
    },
    async close(): Promise<void> {
      for (const network of Object.values(networks)) await network.close();
    },
  };
}
