import { cp, mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { VerifyRow } from '../../inference/verify/compare.js';
import { verifyModel } from '../../inference/verify/verify.js';
import { collect, inJson, microModel, microReference, session } from '../support/mutate-model.js';

describe('the micro model against what diffusers computed', () => {
  it('holds in every case', async () => {
    const rows = await collect(verifyModel({ directory: microModel, reference: microReference, session }));
    expect(rows.filter((row) => !row.ok)).toEqual([]);
    const cases = (pattern: RegExp) => rows.filter((row) => pattern.test(row.case)).length;
    // Every file of the reference is met by as many cases as it should be.
    expect({
      tokens: cases(/^tokens\//),
      tables: cases(/^tables\//),
      schedules: cases(/^scheduler\//),
      trajectories: cases(/^trajectory\//),
      textEncoder: cases(/^text encoder\//),
      denoiser: cases(/^denoiser\//),
      decode: cases(/^vae decode\//),
      encode: cases(/^vae encode\//),
      endToEnd: cases(/^e2e_/),
    }).toEqual({
      tokens: 7,
      tables: 6,
      schedules: 56,
      trajectories: 25,
      textEncoder: 4,
      denoiser: 8 + 2 + 2,
      decode: 3 * 4,
      encode: 4,
      endToEnd: 10 + 9 + 9 + 8,
    });
    expect(new Set(rows.map((row) => row.case)).size).toBe(rows.length);
  });
});

it('rounds the weights itself where no rounded copy lies beside the model', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'reelql-verify-test-'));
  try {
    await cp(microModel, join(folder, 'model'), { recursive: true });
    const options = { directory: join(folder, 'model'), reference: microReference, session };
    const rows = await collect(verifyModel({ ...options, only: ['textEncoder', 'denoiser'] }));
    expect(rows.filter((row) => !row.ok)).toEqual([]);
    expect(rows.map((row) => row.case).filter((name) => name.endsWith('weights'))).toEqual([
      'text encoder/64, bf16 weights',
      'denoiser/b1_expand_i2v, fp16 weights',
      'denoiser/b1_scalar_t, fp16 weights',
      'denoiser/b1_expand_i2v, bf16 weights',
      'denoiser/b1_scalar_t, bf16 weights',
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

describe('what cannot be compared', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reelql-verify-test-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const verify = (directory: string, reference = microReference): Promise<VerifyRow[]> =>
    collect(verifyModel({ directory, reference, session }));

  it('a reference without limits', async () => {
    await cp(join(microReference, 'tables.safetensors'), join(folder, 'ref/tables.safetensors'));
    await expect(verify(microModel, join(folder, 'ref'))).rejects.toThrow(
      /Cannot read .*manifest.json: it does not exist/,
    );
  });

  it.each([
    [
      'a truncated tensor',
      (model: string) => truncate(join(model, 'vae/diffusion_pytorch_model.safetensors'), 2_000_000),
      /vae.*truncated: tensor/,
    ],
    [
      'a layer too many',
      inJson('transformer/config.json', () => ({ num_layers: 5 })),
      /tensor blocks.3.attn1.to_q.weight is missing/,
    ],
    ['another solver', inJson('scheduler/scheduler_config.json', () => ({ solver_type: 'bh1' })), /solver_type/],
    [
      'means of another length',
      inJson('vae/config.json', () => ({ latents_mean: [0] })),
      /latents_mean and latents_std must have z_dim numbers each/,
    ],
  ])('a model with %s', async (_name, change, message) => {
    const model = join(folder, 'model');
    await cp(microModel, model, { recursive: true });
    await change(model);
    await expect(verify(model)).rejects.toThrow(message);
  });
});
