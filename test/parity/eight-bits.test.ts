import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bundle } from '../../inference/bundle/bundle.js';
import { openDenoiserFolder } from '../../inference/bundle/diffusers-folder.js';
import { type ImportOptions, type ImportProgress, importDiffusers } from '../../inference/bundle/import.js';
import { openBundle, verifyHashes } from '../../inference/bundle/open-bundle.js';
import { readTensor } from '../../inference/bundle/safetensors.js';
import { verifyModel } from '../../inference/verify/verify.js';
import { collect, microModel, microReference, session } from '../support/mutate-model.js';

let folder: string;
let bundle: Bundle;
const bring = async (source: string, name: string, changes: Partial<ImportOptions>) => {
  const fitPreview = async () => ({ matrix: [], bias: [0, 0, 0] as [number, number, number] });
  const destination = join(folder, name);
  await importDiffusers({ source, destination, name, inPlace: false, fitPreview, ...changes });
  return openBundle(destination);
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reelql-eight-bits-'));
  bundle = await bring(microModel, 'fp8', { dtype: 'fp8' });
  // The same in the layout of its source.
  await cp(microModel, join(folder, 'model'), { recursive: true });
  await cp(join(folder, 'fp8', 'transformer'), join(folder, 'model', 'transformer'), { recursive: true });
});
afterAll(() => rm(folder, { recursive: true }));

describe('a denoiser in 8 bits', () => {
  it('has every matrix of its blocks in e4m3 with a scale an output, the rest as in fp16', async () => {
    await verifyHashes(bundle);
    const { tensors } = await bundle.weights('denoiser');
    const eight = [...tensors.values()].filter(({ dtype }) => dtype === 'float8e4m3fn');
    expect(eight).toHaveLength(10 * bundle.manifest.denoiser.config.layers);
    for (const { name, shape } of eight) {
      expect(tensors.get(`${name}_scale`)).toMatchObject({ dtype: 'float32', shape: [shape[0]] });
    }
    expect(tensors.get('proj_out.weight')?.dtype).toBe('float16');
    expect(tensors.get('blocks.0.attn1.to_q.bias')?.dtype).toBe('float16');
    expect(tensors.get('blocks.0.scale_shift_table')?.dtype).toBe('float32');
    expect((await bundle.weights('vae')).tensors.get('decoder.conv_in.weight')?.dtype).toBe('float16');
  });

  it('is a half of a unit in the last place at most from the numbers that it is made of', async () => {
    const name = 'blocks.1.ffn.net.2.weight';
    const weights = await bundle.weights('denoiser');
    const [q, scale] = [await readTensor(weights, name), await readTensor(weights, `${name}_scale`)];
    const source = await readTensor((await openDenoiserFolder(microModel)).weights.source, name);
    const columns = q.dims[1] as number;
    for (const [i, pattern] of (q.data as Uint8Array).entries()) {
      const [exponent, mantissa] = [Math.max(1, (pattern >> 3) & 15), (pattern & 7) + (pattern & 0x78 ? 8 : 0)];
      const unit = 2 ** (exponent - 10) * (scale.data[Math.floor(i / columns)] as number);
      const exact = source.data[i] as number;
      expect(Math.abs((pattern >> 7 ? -1 : 1) * mantissa * unit - exact)).toBeLessThanOrEqual(0.5001 * unit);
    }
  });

  it('is the same when its import was canceled among the matrices and goes on', async () => {
    const abort = new AbortController();
    const canceled = bring(microModel, 'in-two-goes', {
      ...{ dtype: 'fp8', signal: abort.signal, checkpointBytes: 1 },
      // Of the source's 0.5 MB of text encoder and 1.9 of denoiser, whose last 1.3 are the matrices.
      onProgress: ({ phase, bytesDone }) => phase === 'CONVERTING' && bytesDone > 1_700_000 && abort.abort(),
    });
    await expect(canceled).rejects.toMatchObject({ code: 'CANCELED' });
    const done: number[] = [];
    const onProgress = ({ bytesDone, bytesTotal }: ImportProgress) => done.push(bytesDone / bytesTotal);
    const { manifest } = await bring(microModel, 'in-two-goes', { dtype: 'fp8', onProgress });
    expect(manifest.denoiser).toEqual(bundle.manifest.denoiser);
    expect(done.at(-1)).toBe(1);
  });

  it('stays as it is when it is imported again, whatever type is asked for', async () => {
    const again = await bring(join(folder, 'model'), 'again', { dtype: 'fp32' });
    const [before, after] = [await bundle.weights('denoiser'), await again.weights('denoiser')];
    for (const name of ['blocks.2.attn2.to_k.weight', 'blocks.2.attn2.to_k.weight_scale']) {
      expect(await readTensor(after, name)).toEqual(await readTensor(before, name));
    }
  });
});

it.each([
  ['widened when the session opens, as on the CPU', 'float32'],
  ['widened in every run, as on a GPU without our operators', 'float16'],
] as const)('a denoiser in 8 bits keeps to the fp32 reference: %s', async (_, compute) => {
  const options = { directory: join(folder, 'model'), reference: microReference, only: ['denoiser'] as const };
  const rows = await collect(verifyModel({ ...options, session: { ...session, compute } }));
  const found = rows.filter((row) => /^denoiser\/[^,]+$/.test(row.case));
  expect(found.filter(({ error }) => error)).toEqual([]);
  expect(found.length).toBeGreaterThan(1);
  const worst = Math.max(...found.map((row) => row.rel_l2));
  expect(worst).toBeLessThan(0.03);
  expect(worst).toBeGreaterThan(1e-3); // the weights were rounded
});
