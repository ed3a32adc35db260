import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TextEmbedding, TextEncoder } from '../../inference/pipeline/networks.js';
import { openTextEncoder } from '../../inference/runtime/text-encoder.js';
import type { Tensor } from '../../inference/tensor.js';
import { textEncoderConfigSchema } from '../../inference/wan/config.js';
import { buildTextEncoder, relativeBucket } from '../../inference/wan/text-encoder.js';
import { component, expectWithin, floats, item, readReference, shape, tolerances } from '../support/reference.js';

const limits = await tolerances();
const reference = await readReference('text_encoder.safetensors');

async function open(folder: string): Promise<TextEncoder> {
  const { weights, config } = await component(`${folder}/text_encoder`);
  const source = { weights, config: textEncoderConfigSchema.parse(config) };
  return openTextEncoder(source, { device: { kind: 'CPU' }, threads: 1 });
}

/** The real tokens of every row. */
function prompts(length: 64 | 512): number[][] {
  const [rows] = shape(reference, `input_ids_${length}`) as [number];
  return Array.from({ length: rows }, (_, i) => {
    const mask = item(reference, `attention_mask_${length}`, i);
    return [...item(reference, `input_ids_${length}`, i)].filter((_, at) => mask[at] === 1);
  });
}

/** With the zero rows that the pipeline hands on. */
function padded(embedding: TextEmbedding, length: number): Float32Array {
  const data = new Float32Array(length * embedding.dim);
  data.set(embedding.data);
  return data;
}

describe('the text encoder against transformers', () => {
  let encoder: TextEncoder;
  beforeAll(async () => {
    encoder = await open('wan-micro');
  });
  afterAll(() => encoder.close());

  it('prompts of different lengths as one batch, 64 tokens', async () => {
    const embeddings = await encoder.encode(prompts(64));
    for (const [i, embedding] of embeddings.entries()) {
      expectWithin(padded(embedding, 64), item(reference, 'prompt_embeds_64', i), limits.text_encoder);
    }
  });

  it('prompts up to 512 tokens, one at a time', async () => {
    const expected = floats(reference, 'prompt_embeds_512_valid_rows');
    let at = 0;
    for (const ids of prompts(512)) {
      const [embedding] = (await encoder.encode([ids])) as [TextEmbedding];
      expect(embedding.length).toBe(ids.length);
      expectWithin(embedding.data, expected.subarray(at, at + embedding.data.length), limits.text_encoder);
      at += embedding.data.length;
    }
    expect(at).toBe(expected.length);
  });

  it('refuses what cannot be looked up', async () => {
    await expect(encoder.encode([[608]])).rejects.toThrow('token 608 is outside of the vocabulary, 0..607');
    await expect(encoder.encode([[]])).rejects.toThrow('a prompt has at least one token');
    expect(await encoder.encode([])).toEqual([]);
  });
});

describe('the text encoder with bfloat16 weights in two files', () => {
  it('computes in float32', async () => {
    const encoder = await open('wan-micro-bf16');
    try {
      const expected = await readReference('text_encoder_bf16_weights.safetensors');
      for (const [i, embedding] of (await encoder.encode(prompts(64))).entries()) {
        const within = limits['bf16_or_fp16_weights_against_the_matching_reduced_precision_reference (fp32 compute)'];
        expectWithin(padded(embedding, 64), item(expected, 'prompt_embeds_64', i), within);
      }
    } finally {
      await encoder.close();
    }
  });
});

it('buckets relative positions as T5 does', async () => {
  const debug = await readReference('text_encoder_debug.safetensors');
  const numbers = (name: string) => [...((debug.get(name) as Tensor).data as BigInt64Array)].map(Number);
  const ours = numbers('relative_positions').map((r) => relativeBucket(r, { buckets: 32, maxDistance: 128 }));
  expect(ours).toEqual(numbers('relative_buckets'));
});

it('refuses to compute in float16, where T5 overflows', async () => {
  const { weights, config } = await component('wan-micro/text_encoder');
  expect(() => buildTextEncoder(weights, textEncoderConfigSchema.parse(config), 'float16')).toThrow('float16');
});
