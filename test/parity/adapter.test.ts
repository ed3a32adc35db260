import { cp, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundleIdentity } from '../../inference/bundle/identity.js';
import { type ImportOptions, importDiffusers } from '../../inference/bundle/import.js';
import { openBundle, verifyHashes } from '../../inference/bundle/open-bundle.js';
import { openSafetensors, readTensor } from '../../inference/bundle/safetensors.js';
import { writeSafetensors } from '../../inference/bundle/safetensors-writer.js';
import type { WeightSource } from '../../inference/bundle/weights.js';
import type { LatentShape } from '../../inference/pipeline/networks.js';
import { openDenoiser } from '../../inference/runtime/denoiser.js';
import { packagePath } from '../../src/package-path.js';
import { seededRandom } from '../support/random.js';
import { distance } from '../support/reference.js';

const rank = 4;
const random = seededRandom(11);
const numbers = (count: number, scale: number) =>
  Float32Array.from({ length: count }, () => scale * (2 * random() - 1));
const bytesOf = (data: Float32Array) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** One layer of each kind: attention on the tokens and on the text, feed-forward, time, text, output. */
const layers = [
  'blocks.0.attn1.to_q',
  'blocks.1.attn1.to_out.0',
  'blocks.1.attn2.to_v',
  'blocks.2.ffn.net.0.proj',
  'blocks.2.ffn.net.2',
  'condition_embedder.time_proj',
  'condition_embedder.text_embedder.linear_1',
  'proj_out',
];

interface Half {
  readonly data: Float32Array;
  readonly shape: readonly [number, number];
}
type Adapter = Map<string, Half>;

let root: string;
let source: string;
let file: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'reelql-adapter-'));
  source = join(root, 'source');
  file = join(root, 'adapter', 'lora.safetensors');
  await mkdir(join(root, 'adapter'));
  await cp(packagePath('test/fixtures/wan-micro-set/wan-micro'), source, { recursive: true });
});
afterEach(() => rm(root, { recursive: true }));

const transformer = () => openSafetensors(join(source, 'transformer/diffusion_pytorch_model.safetensors'));

async function writeWeights(
  path: string,
  tensors: Iterable<[string, { data: Float32Array; shape: readonly number[] }]>,
) {
  const list = [...tensors].map(([name, { data, shape }]) => ({
    name,
    dtype: 'float32' as const,
    shape,
    bytes: () => [bytesOf(data)],
  }));
  await writeSafetensors(path, list);
}

async function randomAdapter(base: WeightSource): Promise<Adapter> {
  const adapter: Adapter = new Map();
  for (const layer of layers) {
    const [out, width] = base.tensors.get(`${layer}.weight`)?.shape as [number, number];
    adapter.set(`transformer.${layer}.lora_A.weight`, { data: numbers(rank * width, 0.2), shape: [rank, width] });
    adapter.set(`transformer.${layer}.lora_B.weight`, { data: numbers(out * rank, 0.2), shape: [out, rank] });
  }
  return adapter;
}

/** The same denoiser with B·A added to its matrices beforehand, in float64, a loop an index. */
async function merged(base: WeightSource, adapter: Adapter): Promise<WeightSource> {
  const tensors: [string, { data: Float32Array; shape: readonly number[] }][] = [];
  for (const { name, shape } of base.tensors.values()) {
    const data = Float32Array.from((await readTensor(base, name)).data as Float32Array);
    const layer = name.replace(/\.weight$/, '');
    const [down, up] = ['A', 'B'].map((half) => adapter.get(`transformer.${layer}.lora_${half}.weight`)?.data);
    if (down && up) {
      const [out, width] = shape as [number, number];
      for (let o = 0; o < out; o++) {
        for (let i = 0; i < width; i++) {
          let sum = data[o * width + i] as number;
          for (let r = 0; r < rank; r++) sum += (up[o * rank + r] as number) * (down[r * width + i] as number);
          data[o * width + i] = sum;
        }
      }
    }
    tensors.push([name, { data, shape }]);
  }
  const path = join(root, 'merged.safetensors');
  await writeWeights(path, tensors);
  return openSafetensors(path);
}

const options = () => ({
  source,
  destination: join(root, 'models', 'adapted'),
  name: 'adapted',
  adapter: file,
  fitPreview: async () => ({
    matrix: [[1, 2, 3]] as [number, number, number][],
    bias: [0, 0, 0] as [number, number, number],
  }),
});

const bring = (changes: Partial<ImportOptions> = {}) => importDiffusers({ ...options(), ...changes });

describe('a low-rank adapter', () => {
  it.each(['float32', 'float16'] as const)('computes in %s what weights merged beforehand compute', async (compute) => {
    const base = await transformer();
    const adapter = await randomAdapter(base);
    await writeWeights(file, adapter);
    await bring();
    const bundle = await openBundle(join(root, 'models', 'adapted'));
    const { config } = bundle.manifest.denoiser;
    const shape: LatentShape = { channels: 48, frames: 2, height: 6, width: 4 };
    const row = {
      latents: numbers(48 * 2 * 6 * 4, 1),
      timesteps: Float32Array.of(900),
      text: { data: numbers(5 * 64, 1), length: 5, dim: 64 },
    };
    const velocity = async (weights: WeightSource) => {
      const denoiser = await openDenoiser({ weights, config }, { device: { kind: 'CPU' }, threads: 1, compute });
      const [values] = await denoiser.denoise(shape, [row]);
      await denoiser.close();
      return values as Float32Array;
    };
    const expected = await velocity(await merged(base, adapter));
    const found = distance(await velocity(await bundle.weights('denoiser')), expected);
    const without = distance(await velocity(base), expected);
    expect(found.rel_l2).toBeLessThan(compute === 'float32' ? 2e-6 : 2e-3);
    expect(without.rel_l2).toBeGreaterThan(0.05);
  });

  it('is a model of its own, with the defaults beside the adapter', async () => {
    await writeWeights(file, await randomAdapter(await transformer()));
    await writeFile(join(source, 'reelql.json'), JSON.stringify({ title: 'Base', defaults: { fps: 16, steps: 20 } }));
    await writeFile(join(root, 'adapter/reelql.json'), JSON.stringify({ title: 'Few', defaults: { steps: 4 } }));
    await bring();
    const { adapter: _, ...plainly } = options();
    await importDiffusers({ ...plainly, destination: join(root, 'models', 'plain'), name: 'plain' });
    const [adapted, plain] = await Promise.all(
      ['adapted', 'plain'].map((name) => openBundle(join(root, 'models', name))),
    );
    expect(adapted?.manifest).toMatchObject({ title: 'Few', defaults: { fps: 16, steps: 4 } });
    expect(plain?.manifest).toMatchObject({ title: 'Base', defaults: { fps: 16, steps: 20 } });
    expect(bundleIdentity(adapted?.manifest as never)).not.toBe(bundleIdentity(plain?.manifest as never));
  });

  it('is copied with a copy, and its bytes are checked', async () => {
    await writeWeights(file, await randomAdapter(await transformer()));
    await bring({ inPlace: false });
    await rm(source, { recursive: true });
    await rm(join(root, 'adapter'), { recursive: true });
    const bundle = await openBundle(join(root, 'models', 'adapted'));
    await verifyHashes(bundle);
    expect((await bundle.weights('denoiser')).tensors.has('proj_out.lora_A.weight')).toBe(true);
    await writeFile(
      join(bundle.directory, 'adapter.safetensors'),
      new Uint8Array(bundle.manifest.denoiser.adapter?.bytes ?? 0),
    );
    await expect(verifyHashes(bundle)).rejects.toThrow(/adapter\.safetensors has changed/);
  });

  it('stays where it is beside the bundles, which move together', async () => {
    const models = join(root, 'models');
    await writeWeights(file, await randomAdapter(await transformer()));
    await mkdir(models);
    await rename(source, join(models, 'source'));
    await rename(join(root, 'adapter'), join(models, 'source', 'few'));
    await bring({ source: join(models, 'source'), adapter: join(models, 'source/few/lora.safetensors') });
    await rename(models, join(root, 'moved'));
    const bundle = await openBundle(join(root, 'moved', 'adapted'));
    expect(bundle.manifest.denoiser.adapter?.name).toBe('../source/few/lora.safetensors');
    await verifyHashes(bundle);
  });

  it.each([
    ['a layer that is not there', ['transformer.blocks.9.attn1.to_q', [4, 96], [96, 4]], /no matrix blocks\.9/],
    ['other widths', ['transformer.proj_out', [4, 95], [192, 4]], /lora_A \[4,95\].*expected lora_A \[rank, 96\]/],
    ['ranks that differ', ['transformer.proj_out', [4, 96], [192, 5]], /lora_B \[192,5\]/],
    ['half of a pair', ['transformer.proj_out', [4, 96], undefined], /lora_B \[\]/],
    ['other names', ['diffusion_model.proj_out', [4, 96], [192, 4]], /tensor diffusion_model\.proj_out/],
  ] as const)('is refused with %s', async (_, [layer, down, up], message) => {
    const adapter: Adapter = new Map();
    adapter.set(`${layer}.lora_A.weight`, { data: numbers(down[0] * down[1], 1), shape: down });
    if (up) adapter.set(`${layer}.lora_B.weight`, { data: numbers(up[0] * up[1], 1), shape: up });
    await writeWeights(file, adapter);
    await expect(bring()).rejects.toThrow(message);
  });
});
