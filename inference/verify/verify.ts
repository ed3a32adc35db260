import { access } from 'node:fs/promises';
import { join } from 'node:path';
import {
  componentFolders,
  type DiffusersFolder,
  openDenoiserFolder,
  openDiffusersFolder,
  openTextEncoderFolder,
} from '../bundle/diffusers-folder.js';
import { ModelError } from '../bundle/model-error.js';
import type { WeightSource } from '../bundle/weights.js';
import { openDenoiser } from '../runtime/denoiser.js';
import type { SessionOptions } from '../runtime/session.js';
import { openTextEncoder } from '../runtime/text-encoder.js';
import { openVaeDecoder } from '../runtime/vae-decoder.js';
import { openVaeEncoder } from '../runtime/vae-encoder.js';
import type { DType } from '../tensor.js';
import { loadTokenizer } from '../tokenizer/tokenizer.js';
import { failed, type VerifyRow } from './compare.js';
import { denoiserCases, reducedDenoiserCases } from './denoiser-cases.js';
import { endToEndCases } from './end-to-end-cases.js';
import { Reference } from './reference.js';
import { withRoundedWeights } from './rounded-weights.js';
import { samplerCases, tableCases } from './table-cases.js';
import { bf16File, textEncoderBf16Cases, textEncoderCases } from './text-encoder-cases.js';
import { tokenCases } from './token-cases.js';
import { decodeCases, encodeCases } from './vae-cases.js';

export const families = [
  'tokens',
  'tables',
  'scheduler',
  'textEncoder',
  'denoiser',
  'vaeStreaming',
  'vaeUnrolled',
  'vaeSinglePass',
  'vaeEncode',
  'endToEnd',
] as const;
export type Family = (typeof families)[number];

export interface VerifyOptions {
  /** A diffusers folder. */
  readonly directory: string;
  /** A folder laid out like wan-micro-set/ref, with its manifest.json beside it. */
  readonly reference: string;
  /** All if left out. */
  readonly only?: readonly Family[];
  readonly session?: NetworkOptions;
}

/** `compute` as each network takes it, except that float16 leaves the text encoder, which overflows in it, at its own default. */
export type NetworkOptions = SessionOptions & { readonly compute?: DType };

/**
 * Runs every case of a reference on the networks that an import of `directory` would serve, in float32 on the CPU, and yields a
 * row a case. A family that cannot run at all yields one row that says why.
 * @throws ModelError if the folder is no model of our architecture, or the reference is none.
 */
export async function* verifyModel(options: VerifyOptions): AsyncGenerator<VerifyRow> {
  const reference = await Reference.open(options.reference);
  const folder = await openDiffusersFolder(options.directory);
  const session = options.session ?? { device: { kind: 'CPU' } };
  for (const family of options.only ?? families) {
    try {
      yield* runners[family](reference, folder, session);
    } catch (error) {
      if (error instanceof ModelError) throw error;
      yield failed(family, {}, (error as Error).message);
    }
  }
}

type Runner = (reference: Reference, folder: DiffusersFolder, session: NetworkOptions) => AsyncGenerator<VerifyRow>;

const runners: Readonly<Record<Family, Runner>> = {
  tokens: (reference, folder) => tokenCases(reference, folder.tokenizerFile),
  tables: (reference) => tableCases(reference),
  scheduler: (reference) => samplerCases(reference),
  textEncoder: verifyTextEncoder,
  denoiser: verifyDenoiser,
  vaeStreaming: vaeDecoding('streaming'),
  vaeUnrolled: vaeDecoding('unrolled'),
  vaeSinglePass: vaeDecoding('single'),
  vaeEncode: (reference, { vae }, session) =>
    using(openVaeEncoder({ weights: vae.weights.source, config: vae.config }, session), (encoder) =>
      encodeCases(reference, encoder),
    ),
  endToEnd: (reference, { textEncoder, denoiser, vae, tokenizerFile, shift }, session) => {
    const sourceOf = <C>({ weights, config }: { weights: { source: typeof vae.weights.source }; config: C }) => ({
      weights: weights.source,
      config,
    });
    return using(openTextEncoder(sourceOf(textEncoder), ofTextEncoder(session)), (encoder) =>
      using(openDenoiser(sourceOf(denoiser), session), (opened) =>
        using(openVaeDecoder(sourceOf(vae), session), (decoder) =>
          using(openVaeEncoder(sourceOf(vae), session), (vaeEncoder) =>
            endToEndCases(reference, {
              textEncoder: encoder,
              denoiser: opened,
              decoder,
              encoder: vaeEncoder,
              tokenizer: loadTokenizer(tokenizerFile),
              shift,
            }),
          ),
        ),
      ),
    );
  },
};

function vaeDecoding(form: 'streaming' | 'unrolled' | 'single'): Runner {
  return (reference, { vae }, session) =>
    using(openVaeDecoder({ weights: vae.weights.source, config: vae.config }, { ...session, form }), (decoder) =>
      decodeCases(reference, decoder, form),
    );
}

async function* verifyTextEncoder(reference: Reference, folder: DiffusersFolder, session: NetworkOptions) {
  const { config, weights } = folder.textEncoder;
  yield* using(openTextEncoder({ weights: weights.source, config }, ofTextEncoder(session)), (encoder) =>
    textEncoderCases(reference, encoder, config),
  );
  if (!(await reference.has(bf16File))) return;
  const rounded = (source: WeightSource) =>
    using(openTextEncoder({ weights: source, config }, ofTextEncoder(session)), (encoder) =>
      textEncoderBf16Cases(reference, encoder),
    );
  const shards = await bf16Folder(folder.directory, 'textEncoder');
  if (shards) yield* rounded((await openTextEncoderFolder(shards)).weights.source);
  else yield* withRoundedWeights(weights.source, 'bfloat16', rounded);
}

async function* verifyDenoiser(reference: Reference, folder: DiffusersFolder, session: NetworkOptions) {
  const { config, weights } = folder.denoiser;
  yield* using(openDenoiser({ weights: weights.source, config }, session), (denoiser) =>
    denoiserCases(reference, denoiser),
  );
  if (!(await reference.has('transformer/reduced_precision.safetensors'))) return;
  const rounded = (name: 'fp16' | 'bf16') => (source: WeightSource) =>
    using(openDenoiser({ weights: source, config }, session), (denoiser) =>
      reducedDenoiserCases(reference, denoiser, name),
    );
  yield* withRoundedWeights(weights.source, 'float16', rounded('fp16'));
  const shards = await bf16Folder(folder.directory, 'denoiser');
  if (shards) yield* rounded('bf16')((await openDenoiserFolder(shards)).weights.source);
  else yield* withRoundedWeights(weights.source, 'bfloat16', rounded('bf16'));
}

function ofTextEncoder({ compute, ...session }: NetworkOptions): NetworkOptions {
  return compute === undefined || compute === 'float16' ? session : { ...session, compute };
}

/** `<directory>-bf16`: the same component rounded and in shards, if it is there. */
async function bf16Folder(directory: string, component: 'textEncoder' | 'denoiser'): Promise<string | undefined> {
  const folder = `${directory}-bf16`;
  return access(join(folder, componentFolders[component])).then(
    () => folder,
    () => undefined,
  );
}

async function* using<Resource extends { close(): Promise<void> }, Row>(
  opening: Promise<Resource>,
  rows: (resource: Resource) => AsyncGenerator<Row>,
): AsyncGenerator<Row> {
  const resource = await opening;
  try {
    yield* rows(resource);
  } finally {
    await resource.close();
  }
}
