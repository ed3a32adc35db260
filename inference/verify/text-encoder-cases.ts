import type { TextEncoder } from '../pipeline/networks.js';
import type { TextEncoderConfig } from '../wan/config.js';
import { relativeBucket } from '../wan/text-encoder.js';
import { compare, exact, type Limits, type VerifyRow } from './compare.js';
import type { Reference, ReferenceTensors } from './reference.js';

const file = 'text_encoder.safetensors';

/** Prompts of different lengths: as one batch, and one at a time. */
export async function* textEncoderCases(
  reference: Reference,
  encoder: TextEncoder,
  config: TextEncoderConfig,
): AsyncGenerator<VerifyRow> {
  if (!(await reference.has(file))) return;
  const tensors = await reference.tensors(file);
  for (const length of lengths(tensors)) {
    yield* oneLength(`text encoder/${length}`, encoder, tensors, tensors, length, reference.tolerances.textEncoder);
  }
  if (await reference.has('text_encoder_debug.safetensors')) {
    const debug = await reference.tensors('text_encoder_debug.safetensors');
    const buckets = debug.numbers('relative_positions').map((r) => relativeBucket(r, config));
    yield compare('text encoder/relative buckets', buckets, debug.numbers('relative_buckets'), exact);
  }
}

export const bf16File = 'text_encoder_bf16_weights.safetensors';

/** The encoder with bf16 weights against the original with the same weights. */
export async function* textEncoderBf16Cases(reference: Reference, encoder: TextEncoder): AsyncGenerator<VerifyRow> {
  const tensors = await reference.tensors(file);
  const expected = await reference.tensors(bf16File);
  for (const length of lengths(tensors)) {
    const name = `text encoder/${length}, bf16 weights`;
    yield* oneLength(name, encoder, tensors, expected, length, reference.tolerances.reducedPrecision);
  }
}

async function* oneLength(
  name: string,
  encoder: TextEncoder,
  tensors: ReferenceTensors,
  expected: ReferenceTensors,
  length: number,
  limits: Limits,
): AsyncGenerator<VerifyRow> {
  const ids = prompts(tensors, length);
  const padded = `prompt_embeds_${length}`;
  if (expected.has(padded)) {
    // [prompts, length, dim], rows beyond a prompt's tokens zero, as the pipeline hands them on.
    const found = new Float32Array(expected.numbers(padded).length);
    const embeddings = await encoder.encode(ids);
    embeddings.forEach(({ data }, row) => found.set(data, (row * found.length) / ids.length));
    yield compare(name, found, expected.numbers(padded), limits);
  }
  const valid = `prompt_embeds_${length}_valid_rows`;
  if (expected.has(valid)) {
    const rows: number[] = [];
    for (const each of ids)
      for (const { data } of await encoder.encode([each])) for (const value of data) rows.push(value);
    yield compare(name, rows, expected.numbers(valid), limits);
  }
}

/** Lengths that the reference's prompts are padded to. */
export function lengths(tensors: ReferenceTensors): number[] {
  const found = tensors.names.flatMap((name) => /^input_ids_(\d+)$/.exec(name)?.[1] ?? []);
  return found.map(Number).sort((a, b) => a - b);
}

function prompts(tensors: ReferenceTensors, length: number): number[][] {
  const [rows] = tensors.dims(`input_ids_${length}`) as [number];
  return Array.from({ length: rows }, (_, i) => {
    const mask = tensors.item(`attention_mask_${length}`, i);
    return [...tensors.item(`input_ids_${length}`, i)].filter((_, at) => mask[at] === 1);
  });
}
