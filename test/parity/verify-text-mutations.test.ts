import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { verifyModel } from '../../inference/verify/verify.js';
import {
  expectNoticed,
  inJson,
  inWeights,
  type Mutation,
  map,
  permute,
  swap,
  tensor,
  verifyMutated,
  type Weights,
} from '../support/mutate-model.js';

/** Plausible mistakes in text encoder, tokenizer and schedule, put into the model's files; see verify-denoiser-mutations.test.ts. */
const encoder = (name: string, change: (weights: Weights) => void): Mutation => ({
  name,
  family: 'textEncoder',
  change: inWeights('text_encoder', change),
});
const attention = (block: number, part: string) => `encoder.block.${block}.layer.0.SelfAttention.${part}.weight`;
const feedForward = (block: number, part: string) => `encoder.block.${block}.layer.1.DenseReluDense.${part}.weight`;
const blocks = [0, 1];

/** The tokenizer with a change somewhere in its JSON. */
const tokenizer = (name: string, change: (json: any) => void): Mutation => ({
  name,
  family: 'tokens',
  change: async (folder) => {
    const path = join(folder, 'tokenizer/tokenizer.json');
    const json = JSON.parse(await readFile(path, 'utf8'));
    change(json);
    await writeFile(path, JSON.stringify(json));
  },
});

const mutations: Mutation[] = [
  encoder('scores divided by the root of the head size', (w) => {
    for (const block of blocks) map(w, attention(block, 'q'), (value) => value / Math.sqrt(16));
  }),
  encoder("the first block's position bias in every block", (w) =>
    w.set(attention(1, 'relative_attention_bias'), tensor(w, attention(0, 'relative_attention_bias'))),
  ),
  encoder('positions counted from query to key the wrong way round', (w) => {
    for (const block of blocks) permute(w, attention(block, 'relative_attention_bias'), 0, (i) => (i + 16) % 32);
  }),
  encoder('heads of the position bias in another order', (w) =>
    permute(w, attention(0, 'relative_attention_bias'), 1, (i) => (i + 1) % 4),
  ),
  encoder('gate and linear part swapped', (w) => {
    for (const block of blocks) swap(w, feedForward(block, 'wi_0'), feedForward(block, 'wi_1'));
  }),
  encoder('keys and values swapped in one block', (w) => swap(w, attention(1, 'k'), attention(1, 'v'))),
  encoder('without the final norm’s weight', (w) => map(w, 'encoder.final_layer_norm.weight', () => 1)),
  encoder('embeddings scaled by the root of the width', (w) => map(w, 'shared.weight', (value) => value * 8)),
  encoder('embeddings one row off', (w) => permute(w, 'shared.weight', 0, (i) => (i + 1) % 608)),
  encoder('one weight wrong by 1 %', (w) =>
    map(w, feedForward(0, 'wo'), (value, i) => (i === 5000 ? value * 1.01 : value)),
  ),
  {
    name: 'position buckets up to distance 64',
    family: 'textEncoder',
    change: inJson('text_encoder/config.json', () => ({ relative_attention_max_distance: 64 })),
  },
  {
    name: 'half as many heads of twice the size',
    family: 'textEncoder',
    change: async (folder) => {
      await inJson('text_encoder/config.json', () => ({ num_heads: 2, d_kv: 32 }))(folder);
      await inWeights('text_encoder', (w) => {
        for (const block of blocks) {
          const name = attention(block, 'relative_attention_bias');
          const table = tensor(w, name);
          const data = (table.data as Float32Array).filter((_, i) => i % 2 === 0);
          w.set(name, { ...table, dims: [32, 2], data });
        }
      })(folder);
    },
  },
  tokenizer('two pieces with each other’s ids', ({ model }) => {
    [model.vocab[3], model.vocab[7]] = [model.vocab[7], model.vocab[3]];
  }),
  tokenizer('no end token', (json) => {
    json.post_processor.single = json.post_processor.single.filter(
      (part: { SpecialToken?: unknown }) => !part.SpecialToken,
    );
  }),
  tokenizer('no space before the first word', (json) => {
    const metaspace = json.pre_tokenizer.pretokenizers.find((each: { type: string }) => each.type === 'Metaspace');
    metaspace.prepend_scheme = 'never';
  }),
  {
    name: 'a schedule shifted by 3 instead of 5',
    family: 'endToEnd',
    change: inJson('scheduler/scheduler_config.json', () => ({ flow_shift: 3 })),
  },
];

describe('the verifier notices', () => {
  it.each(mutations.map((each) => [each.name, each] as const))('%s', async (_name, each) => {
    const rows = await verifyMutated(each, verifyModel);
    expectNoticed(rows);
  });
});
