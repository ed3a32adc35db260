import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bundle } from '../../inference/bundle/bundle.js';
import { type ImportOptions, type ImportProgress, importDiffusers } from '../../inference/bundle/import.js';
import { findBundles, openBundle, verifyHashes } from '../../inference/bundle/open-bundle.js';
import { openWeights } from '../../inference/bundle/open-weights.js';
import { readTensor } from '../../inference/bundle/safetensors.js';
import { writeSafetensors } from '../../inference/bundle/safetensors-writer.js';
import type { WeightSource } from '../../inference/bundle/weights.js';
import { bfloatToFloat, floatToHalf, halfToFloat } from '../../inference/half.js';
import type { Tensor } from '../../inference/tensor.js';
import { compiled } from '../support/compiled.js';
import { expectSameBits } from '../support/same-bits.js';

const set = fileURLToPath(new URL('../fixtures/wan-micro-set/', import.meta.url));
const preview = {
  matrix: [[1, 2, 3]] as [number, number, number][],
  bias: [0.5, 0.5, 0.5] as [number, number, number],
};

let root: string;
let source: string;
let models: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'reelql-import-'));
  source = join(root, 'source');
  models = join(root, 'models');
  await cp(join(set, 'wan-micro'), source, { recursive: true });
});
afterEach(() => rm(root, { recursive: true }));

const run = (options: Partial<ImportOptions> = {}) =>
  importDiffusers({
    source,
    destination: join(models, 'micro'),
    name: 'micro',
    fitPreview: async () => preview,
    ...options,
  });

/** What a failed import leaves in the models folder. */
const remains = () => readdir(models).catch(() => []);

function floats({ dtype, data }: Tensor): Float32Array {
  if (dtype === 'float16') return halfToFloat(data as Uint16Array);
  if (dtype === 'bfloat16') return bfloatToFloat(data as Uint16Array);
  return data as Float32Array;
}

async function dtypes(bundle: Bundle, component: 'textEncoder' | 'denoiser' | 'vae') {
  const { tensors } = await bundle.weights(component);
  return Object.fromEntries([...tensors.values()].map(({ name, dtype }) => [name, dtype]));
}

/** The micro model with the bf16 shards in place of two of its components. */
async function withBf16(): Promise<void> {
  for (const component of ['transformer', 'text_encoder']) {
    await rm(join(source, component), { recursive: true });
    await cp(join(set, 'wan-micro-bf16', component), join(source, component), { recursive: true });
  }
}

describe('an import in place', () => {
  it('points into the source and describes it completely', async () => {
    const progress: ImportProgress[] = [];
    await run({ onProgress: (each) => progress.push(each) });
    const bundle = await openBundle(join(models, 'micro'));
    expect(await readdir(join(models, 'micro'))).toEqual(['bundle.json', 'tokenizer.json']);
    expect(bundle.manifest).toMatchObject({
      name: 'micro',
      title: 'micro',
      preview,
      defaults: {
        width: 832,
        height: 480,
        frameCount: 29,
        fps: 24,
        steps: 50,
        guidanceScale: 5,
        sampler: 'UNIPC',
        shift: 5,
      },
      limits: {
        maxWidth: 1280,
        maxHeight: 1280,
        sizeMultiple: 32,
        maxFrames: 121,
        frameMultiple: 4,
        maxSteps: 100,
        maxPromptTokens: 512,
      },
      denoiser: { config: { layers: 3, heads: 3 }, weights: { folder: join(source, 'transformer') } },
    });
    expect((await bundle.weights('vae')).folder).toBe(join(source, 'vae'));
    await verifyHashes(bundle);
    expect(progress.at(-1)).toMatchObject({ phase: 'HASHING', bytesDone: progress[0]?.bytesTotal });
    expect(await findBundles(models)).toEqual([join(models, 'micro')]);
  });

  it('keeps the configurations verbatim', async () => {
    await run();
    const manifest = JSON.parse(await readFile(join(models, 'micro/bundle.json'), 'utf8'));
    const config = JSON.parse(await readFile(join(source, 'vae/config.json'), 'utf8'));
    expect(manifest.vae.config).toEqual(config);
  });

  it('takes title, license, defaults and limits from reelql.json', async () => {
    const own = {
      title: 'Toy',
      license: 'Apache-2.0',
      defaults: { width: 256, height: 160, frameCount: 33, fps: 16, steps: 20 },
      limits: { maxFrames: 33 },
      examplePrompts: ['a red car'],
    };
    await writeFile(join(source, 'reelql.json'), JSON.stringify(own));
    await run();
    const { manifest } = await openBundle(join(models, 'micro'));
    expect(manifest).toMatchObject(own);
    expect(manifest.defaults).toMatchObject({ guidanceScale: 5, shift: 5 });
    expect(manifest.limits).toMatchObject({ maxWidth: 1280, maxFrames: 33 });
  });

  it('takes licence and card from README.md, and what reelql.json says over it', async () => {
    await writeFile(
      join(source, 'README.md'),
      '---\nlicense: mit\n---\n# Toy\n\n## Training data\nDrawn.\n\n## Limitations\nMany.\n',
    );
    await run();
    const { manifest } = await openBundle(join(models, 'micro'));
    expect(manifest).toMatchObject({ license: 'mit', card: { trainingData: 'Drawn.', limitations: 'Many.' } });

    const own = { license: 'Apache-2.0', card: { intendedUse: 'Tests.', limitations: 'Few.' } };
    await writeFile(join(source, 'reelql.json'), JSON.stringify(own));
    await run({ destination: join(models, 'own') });
    const card = { intendedUse: 'Tests.', trainingData: 'Drawn.', limitations: 'Few.' };
    expect((await openBundle(join(models, 'own'))).manifest).toMatchObject({ license: 'Apache-2.0', card });

    await writeFile(join(source, 'reelql.json'), JSON.stringify({ card: { purpose: 'x' } }));
    await expect(run({ destination: join(models, 'wrong') })).rejects.toThrow(/reelql\.json.*card.*purpose/s);
  });

  it('takes the defaults of distilled models from the pipeline’s name, or from who asks', async () => {
    const few = { sampler: 'DMD', guidanceScale: 1 };
    await run({ preset: 'turbo' });
    expect((await openBundle(join(models, 'micro'))).manifest.defaults).toMatchObject({ ...few, steps: 4, shift: 5 });

    const path = join(source, 'model_index.json');
    const { expand_timesteps: _, ...index } = JSON.parse(await readFile(path, 'utf8'));
    await writeFile(path, JSON.stringify({ ...index, _class_name: 'WanDMDPipeline' }));
    await run({ destination: join(models, 'fast') });
    expect((await openBundle(join(models, 'fast'))).manifest.defaults).toMatchObject({ ...few, steps: 3 });
    await run({ destination: join(models, 'plain'), preset: 'none' });
    expect((await openBundle(join(models, 'plain'))).manifest.defaults).toMatchObject({ sampler: 'UNIPC', steps: 50 });

    await writeFile(join(source, 'reelql.json'), JSON.stringify({ defaults: { steps: 2 } }));
    await run({ destination: join(models, 'own') });
    expect((await openBundle(join(models, 'own'))).manifest.defaults).toMatchObject({ ...few, steps: 2 });
  });

  it('can describe a source that lies in the bundle itself, which can then be moved', async () => {
    const destination = join(models, 'micro');
    await mkdir(models);
    await mkdir(destination);
    await cp(source, join(destination, 'diffusers'), { recursive: true });
    await run({ source: join(destination, 'diffusers') });
    await rename(destination, join(models, 'moved'));
    const bundle = await openBundle(join(models, 'moved'));
    expect(bundle.manifest.vae.weights.folder).toBe('diffusers/vae');
    expect(bundle.manifest.tokenizer.name).toBe('diffusers/tokenizer/tokenizer.json');
    await verifyHashes(bundle);
  });

  it('knows the bundle’s own folder through a link', async () => {
    await cp(source, join(models, 'micro/diffusers'), { recursive: true });
    await symlink(models, join(root, 'link'));
    await run({ source: join(root, 'link/micro/diffusers'), destination: join(root, 'link/micro') });
    expect((await openBundle(join(models, 'micro'))).manifest.vae.weights.folder).toBe('diffusers/vae');
  });

  it('notices later that a file of the source was cut, changed or removed', async () => {
    await run();
    const file = join(source, 'vae/diffusion_pytorch_model.safetensors');
    const bytes = await readFile(file);
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
    await writeFile(file, bytes);
    await expect(verifyHashes(await openBundle(join(models, 'micro')))).rejects.toThrow(
      `${file} has changed: expected SHA-256`,
    );
    await truncate(file, 1000);
    await expect(openBundle(join(models, 'micro'))).rejects.toThrow(
      `${file} has changed since the import: expected ${bytes.length} bytes, found 1000`,
    );
    await rm(file);
    await expect(openBundle(join(models, 'micro'))).rejects.toThrow(`Cannot read ${file}: it does not exist`);
  });
});

describe('a conversion to fp16', () => {
  it('rounds what may be rounded and keeps fp32 what must stay', async () => {
    await run({ dtype: 'fp16' });
    const bundle = await openBundle(join(models, 'micro'));
    await verifyHashes(bundle);
    const denoiser = await dtypes(bundle, 'denoiser');
    const kept = Object.keys(denoiser).filter((name) => denoiser[name] === 'float32');
    expect(kept.filter((name) => !name.startsWith('blocks.') || name.startsWith('blocks.0.')).sort()).toEqual([
      'blocks.0.norm2.bias',
      'blocks.0.norm2.weight',
      'blocks.0.scale_shift_table',
      'condition_embedder.time_embedder.linear_1.bias',
      'condition_embedder.time_embedder.linear_1.weight',
      'condition_embedder.time_embedder.linear_2.bias',
      'condition_embedder.time_embedder.linear_2.weight',
      'scale_shift_table',
    ]);
    expect(new Set(Object.values(denoiser))).toEqual(new Set(['float32', 'float16']));
    const vae = await dtypes(bundle, 'vae');
    for (const [name, dtype] of Object.entries(vae))
      expect(dtype).toBe(name.endsWith('.gamma') ? 'float32' : 'float16');

    const original = (await openWeights(join(source, 'transformer'))).source;
    const stored = await bundle.weights('denoiser');
    expect(stored.tensors.size).toBe(original.tensors.size);
    for (const [name, location] of stored.tensors) {
      const before = floats(await readTensor(original, name));
      const after = floats(await readTensor(stored, name));
      expectSameBits(after, location.dtype === 'float32' ? before : halfToFloat(floatToHalf(before)));
    }
  });

  it('leaves alone what is 16 bits already, and makes fp16 of a bf16 denoiser', async () => {
    await withBf16();
    await run({ dtype: 'fp16' });
    const bundle = await openBundle(join(models, 'micro'));
    expect(new Set(Object.values(await dtypes(bundle, 'denoiser')))).toEqual(new Set(['float32', 'float16']));
    const textEncoder = await dtypes(bundle, 'textEncoder');
    expect(textEncoder['shared.weight']).toBe('bfloat16');
    expect(textEncoder['encoder.final_layer_norm.weight']).toBe('float32');
  });

  it('refuses a value that fp16 cannot hold, and leaves nothing', async () => {
    const { source: weights } = await openWeights(join(source, 'transformer'));
    await replaceTensor(weights, 'proj_out.bias', (values) => values.with(3, 70_000));
    await expect(run({ dtype: 'fp16' })).rejects.toThrow(
      /transformer.*tensor proj_out.bias holds a value that fp16 cannot .*--dtype fp32/,
    );
    expect(await remains()).toEqual([]);
  });
});

describe('a conversion to fp32', () => {
  it('widens bf16 shards into one file and points into what is fp32', async () => {
    await withBf16();
    await run({ dtype: 'fp32' });
    const bundle = await openBundle(join(models, 'micro'));
    expect(bundle.manifest.denoiser.weights).toMatchObject({
      folder: 'transformer',
      files: [{ name: 'diffusion_pytorch_model.safetensors' }],
    });
    expect(bundle.manifest.vae.weights.folder).toBe(join(source, 'vae'));
    const original = (await openWeights(join(source, 'text_encoder'))).source;
    const stored = await bundle.weights('textEncoder');
    for (const name of stored.tensors.keys()) {
      expectSameBits((await readTensor(stored, name)).data, floats(await readTensor(original, name)));
    }
  });
});

it('copies everything when told not to stay in place', async () => {
  await run({ inPlace: false });
  await rm(source, { recursive: true });
  await verifyHashes(await openBundle(join(models, 'micro')));
});

describe('an import that fails leaves nothing, and says why in one sentence', () => {
  it('a name that is taken', async () => {
    await run();
    await expect(run()).rejects.toThrow(/models.micro already exists: choose another name than "micro"/);
    expect(await remains()).toEqual(['micro']);
  });

  it('a name that is none', async () => {
    await expect(run({ name: 'My Model' })).rejects.toThrow('"My Model" cannot be a model\'s name');
  });

  it.each([
    [
      'a missing tensor',
      (s: WeightSource) => dropTensor(s, 'blocks.1.attn2.norm_q.weight'),
      /transformer: tensor blocks.1.attn2.norm_q.weight is missing, expected \[96\]/,
    ],
    [
      'a tensor of another shape',
      (s: WeightSource) => reshapeTensor(s, 'proj_out.weight', [96, 192]),
      /tensor proj_out.weight has shape \[96, 192\], expected \[192, 96\]/,
    ],
    [
      'a file that was cut',
      (s: WeightSource) => truncate(join(s.folder, 'diffusion_pytorch_model.safetensors'), 900_000),
      /transformer.*: truncated: tensor \S+ ends at byte \d+, the file has 900000/,
    ],
  ])('%s', async (_name, breakIt, message) => {
    await breakIt((await openWeights(join(source, 'transformer'))).source);
    await expect(run({ dtype: 'fp16' })).rejects.toThrow(message);
    expect(await remains()).toEqual([]);
  });

  it('a field of reelql.json that is wrong', async () => {
    await writeFile(join(source, 'reelql.json'), '{"defaults": {"width": 250}, "limits": {"maxFrame": 5}}');
    await expect(run()).rejects.toThrow(/reelql.json: limits: Unrecognized key: "maxFrame"/);
    await writeFile(join(source, 'reelql.json'), '{"defaults": {"width": 250}}');
    await expect(run()).rejects.toThrow(/reelql.json: .*sizeMultiple/);
  });

  it('a disk that is full', async () => {
    // The converter's output is redirected to the device that is always full, as soon as its folder exists.
    const redirect = async () => {
      const [staging] = await remains();
      await mkdir(join(models, staging as string, 'transformer'));
      await symlink(
        '/dev/full',
        join(models, staging as string, 'transformer/diffusion_pytorch_model.safetensors.partial'),
      );
      return preview;
    };
    const failed = run({ dtype: 'fp16', fitPreview: redirect });
    await expect(failed).rejects.toMatchObject({ code: 'DISK_FULL' });
    await expect(failed).rejects.toThrow(
      /Cannot write .*diffusion_pytorch_model.safetensors: no space is left on the disk/,
    );
    expect(await remains()).toEqual([]);
  });

  it('a models folder that cannot be made', async () => {
    await writeFile(models, 'a file');
    await expect(run()).rejects.toThrow(`Cannot create a folder in ${models}`);
    await rm(models);
  });

  it('a models folder that nobody may write', async () => {
    const failed = run({ destination: '/sys/reelql-models/micro' });
    await expect(failed).rejects.toMatchObject({ code: 'NOT_WRITABLE' });
    await expect(failed).rejects.toThrow('Cannot create a folder in /sys/reelql-models: ');
  });
});

describe('an import that was interrupted', () => {
  /** An import in another process, which stops in the middle of the denoiser. */
  async function start(): Promise<ChildProcess> {
    const child = fork(compiled('import-model').module, [source, join(models, 'micro')]);
    await once(child, 'message');
    return child;
  }

  async function kill(child: ChildProcess): Promise<void> {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** Imports once more; @returns the pieces it converted, and what it reported at once as done before. */
  async function goOn(): Promise<{ fitted: boolean; bytes: number[] }> {
    let fitted = false;
    const bytes: number[] = [];
    let before = 0;
    await run({
      dtype: 'fp16',
      onProgress: ({ phase, bytesDone }) => {
        if (phase === 'CONVERTING') bytes.push(bytesDone - before);
        before = bytesDone;
      },
      fitPreview: async () => {
        fitted = true;
        return preview;
      },
    });
    return { fitted, bytes };
  }

  /** The bundle's weights, and what an import in one go makes of the same source. */
  async function sameAsInOneGo(): Promise<void> {
    await verifyHashes(await openBundle(join(models, 'micro')));
    const interrupted = JSON.parse(await readFile(join(models, 'micro/bundle.json'), 'utf8'));
    await run({ dtype: 'fp16', destination: join(models, 'whole') });
    expect(interrupted).toEqual(JSON.parse(await readFile(join(models, 'whole/bundle.json'), 'utf8')));
    expect(await readdir(join(models, 'micro'))).toEqual(await readdir(join(models, 'whole')));
  }

  it('is no bundle when killed, and goes on in the middle of a file', async () => {
    await kill(await start());
    expect(await remains()).toEqual(['.importing-micro']);
    expect(await findBundles(models)).toEqual([]);
    const checkpoint = JSON.parse(
      await readFile(
        join(models, '.importing-micro/transformer/diffusion_pytorch_model.safetensors.checkpoint'),
        'utf8',
      ),
    );
    const { fitted, bytes } = await goOn();
    expect(fitted).toBe(false);
    // The text encoder in one, the first part of the denoiser in one, then tensor by tensor.
    const [textEncoder, denoiserBefore, ...pieces] = bytes;
    expect(textEncoder).toBeGreaterThan(400_000);
    expect(denoiserBefore).toBeGreaterThan(checkpoint.bytes);
    expect(Math.max(...pieces)).toBeLessThan(denoiserBefore as number);
    await sameAsInOneGo();
  });

  it('goes on after a cancel, and says how', async () => {
    const abort = new AbortController();
    const canceled = run({
      dtype: 'fp16',
      signal: abort.signal,
      checkpointBytes: 1,
      onProgress: ({ phase, bytesDone }) => phase === 'CONVERTING' && bytesDone > 900_000 && abort.abort(),
    });
    await expect(canceled).rejects.toMatchObject({
      code: 'CANCELED',
      message: `Canceled; the same command goes on from here, or remove ${join(models, '.importing-micro')}`,
    });
    expect(await findBundles(models)).toEqual([]);
    expect((await goOn()).bytes[0]).toBeGreaterThan(400_000);
    await sameAsInOneGo();
  });

  it('starts again where what was written is not what was noted', async () => {
    await kill(await start());
    const path = join(models, '.importing-micro/transformer/diffusion_pytorch_model.safetensors.partial');
    const bytes = await readFile(path);
    bytes[9000] = (bytes[9000] as number) ^ 1;
    await writeFile(path, bytes);
    await goOn();
    await sameAsInOneGo();
  });

  it('starts again where the source has changed', async () => {
    await kill(await start());
    const { source: weights } = await openWeights(join(source, 'transformer'));
    await replaceTensor(weights, 'proj_out.bias', (values) => values.with(3, 1));
    expect((await goOn()).fitted).toBe(true);
    await sameAsInOneGo();
  });

  it('is not joined by another while it runs', async () => {
    const child = await start();
    await expect(run()).rejects.toThrow(`process ${child.pid} is importing this model`);
    await kill(child);
    await run();
    expect(await remains()).toEqual(['micro']);
  });
});

async function rewrite(weights: WeightSource, change: (tensors: Map<string, Tensor>) => void): Promise<void> {
  const tensors = new Map<string, Tensor>();
  for (const name of weights.tensors.keys()) tensors.set(name, await readTensor(weights, name));
  change(tensors);
  await writeSafetensors(
    join(weights.folder, 'diffusion_pytorch_model.safetensors'),
    [...tensors].map(([name, { dtype, dims, data }]) => ({
      name,
      dtype,
      shape: dims,
      bytes: () => [new Uint8Array(data.buffer)],
    })),
  );
}
const dropTensor = (weights: WeightSource, name: string) => rewrite(weights, (tensors) => tensors.delete(name));
const reshapeTensor = (weights: WeightSource, name: string, dims: number[]) =>
  rewrite(weights, (tensors) => tensors.set(name, { ...(tensors.get(name) as Tensor), dims }));
const replaceTensor = (weights: WeightSource, name: string, change: (values: Float32Array) => Float32Array) =>
  rewrite(weights, (tensors) => {
    const tensor = tensors.get(name) as Tensor;
    tensors.set(name, { ...tensor, data: change(tensor.data as Float32Array) });
  });
