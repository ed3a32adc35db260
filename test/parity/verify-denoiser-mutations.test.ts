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

/**
 * Plausible mistakes in a denoiser, each put into the model's files in a form that computes the same as the mistake in code
 * would. Most are the ones of reference/numpy/mutations.py. The verifier has to notice every one of them.
 */
const width = 96;
const headDim = 32;
const blocks = [0, 1, 2];
const denoiser = (name: string, change: (weights: Weights) => void): Mutation => ({
  name,
  family: 'denoiser',
  change: inWeights('transformer', change),
});

/** Queries and keys of self-attention with the channels of every head moved: only the rotation can tell. */
const rotated = (name: string, from: (channel: number) => number) =>
  denoiser(name, (weights) => {
    const within = (i: number) => i - (i % headDim) + from(i % headDim);
    for (const block of blocks) {
      for (const part of ['q', 'k']) {
        const linear = `blocks.${block}.attn1.to_${part}`;
        permute(weights, `${linear}.weight`, 0, within);
        permute(weights, `${linear}.bias`, 0, within);
        permute(weights, `blocks.${block}.attn1.norm_${part}.weight`, 0, within);
      }
    }
  });

/** Output features are ordered (y, x, channel). */
const unpatched = (name: string, from: (y: number, x: number, c: number) => number) =>
  denoiser(name, (weights) => {
    const feature = (i: number) => from(Math.floor(i / 96), Math.floor(i / 48) % 2, i % 48);
    permute(weights, 'proj_out.weight', 0, feature);
    permute(weights, 'proj_out.bias', 0, feature);
  });

/** Pairs of the 16 in a head of 32: 6 of time, 5 of rows, 5 of columns. */
const pairs = (order: readonly number[]) => (i: number) => 2 * (order[i >> 1] as number) + (i & 1);
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

const mutations: Mutation[] = [
  rotated('rotary embedding: rows and columns swapped', pairs([...range(0, 6), ...range(11, 16), ...range(6, 11)])),
  rotated('rotary embedding: order (row, column, time)', pairs([...range(6, 16), ...range(0, 6)])),
  rotated('rotary embedding: halves of a head instead of neighbours', (i) => (i % 2) * 16 + (i >> 1)),
  rotated('rotary embedding: turned the other way', (i) => i ^ 1),
  denoiser('time features: sin before cos', (w) =>
    permute(w, 'condition_embedder.time_embedder.linear_1.weight', 1, (i) => (i + 32) % 64),
  ),
  denoiser('modulation: scale before shift', (w) => {
    const order = (row: number) => [1, 0, 2, 4, 3, 5][row] as number;
    for (const block of blocks) permute(w, `blocks.${block}.scale_shift_table`, 1, order);
    const feature = (i: number) => order(Math.floor(i / width)) * width + (i % width);
    permute(w, 'condition_embedder.time_proj.weight', 0, feature);
    permute(w, 'condition_embedder.time_proj.bias', 0, feature);
  }),
  denoiser('one block takes attention and feed-forward modulation for each other', (w) =>
    permute(w, 'blocks.1.scale_shift_table', 1, (row) => (row + 3) % 6),
  ),
  denoiser('final shift and scale swapped', (w) => permute(w, 'scale_shift_table', 1, (row) => 1 - row)),
  unpatched('unpatchify: x before y', (y, x, c) => (x * 2 + y) * 48 + c),
  unpatched('unpatchify: channel first', (y, x, c) => c * 4 + y * 2 + x),
  denoiser('patchify: x before y', (w) => {
    const embedding = tensor(w, 'patch_embedding.weight'); // [width, 48, 1, 2, 2]
    w.set('patch_embedding.weight', { ...embedding, dims: [width * 48, 4] });
    permute(w, 'patch_embedding.weight', 1, (i) => [0, 2, 1, 3][i] as number);
    w.set('patch_embedding.weight', { ...tensor(w, 'patch_embedding.weight'), dims: embedding.dims });
  }),
  denoiser('patchify: two channels of the latents swapped', (w) =>
    permute(w, 'patch_embedding.weight', 1, (i) => (i < 2 ? 1 - i : i)),
  ),
  denoiser('queries and keys swapped in one block', (w) => {
    for (const part of ['weight', 'bias']) swap(w, `blocks.1.attn1.to_q.${part}`, `blocks.1.attn1.to_k.${part}`);
  }),
  denoiser('norms of queries and keys swapped in self-attention', (w) =>
    // In cross-attention it would change nothing: without a rotation in between, only their product counts.
    swap(w, 'blocks.0.attn1.norm_q.weight', 'blocks.0.attn1.norm_k.weight'),
  ),
  denoiser('self- and cross-attention swapped in one block', (w) => {
    for (const name of [...w.keys()].filter((each) => each.startsWith('blocks.2.attn1.'))) {
      swap(w, name, name.replace('attn1', 'attn2'));
    }
  }),
  denoiser('heads in another order in the values', (w) => {
    const head = (i: number) => (i + headDim) % width;
    permute(w, 'blocks.0.attn1.to_v.weight', 0, head);
    permute(w, 'blocks.0.attn1.to_v.bias', 0, head);
  }),
  denoiser('first and second block swapped', (w) => {
    for (const name of [...w.keys()].filter((each) => each.startsWith('blocks.0.')))
      swap(w, name, name.replace('0', '1'));
  }),
  denoiser('norm before cross-attention without its weights', (w) => {
    for (const block of blocks) {
      map(w, `blocks.${block}.norm2.weight`, () => 1);
      map(w, `blocks.${block}.norm2.bias`, () => 0);
    }
  }),
  denoiser('a bias left out', (w) => map(w, 'blocks.2.ffn.net.0.proj.bias', () => 0)),
  denoiser('one weight of a hundred thousand wrong by 1 %', (w) =>
    map(w, 'blocks.1.ffn.net.2.weight', (value, i) => (i === 1234 ? value * 1.01 : value)),
  ),
  { name: 'eps 1e-5', family: 'denoiser', change: inJson('transformer/config.json', () => ({ eps: 1e-5 })) },
  {
    name: 'twice as many heads of half the size',
    family: 'denoiser',
    change: inJson('transformer/config.json', () => ({ num_attention_heads: 6, attention_head_dim: 16 })),
  },
];

describe('the verifier notices', () => {
  it.each(mutations.map((mutation) => [mutation.name, mutation] as const))('%s', async (_name, mutation) => {
    const rows = await verifyMutated(mutation, verifyModel);
    expectNoticed(rows);
  });
});
