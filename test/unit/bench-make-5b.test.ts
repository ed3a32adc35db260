import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDiffusersFolder } from '../../inference/bundle/diffusers-folder.js';
import { expectedTensors } from '../../inference/bundle/expected-tensors.js';
import { importDiffusers } from '../../inference/bundle/import.js';
import { type ComponentName, componentNames } from '../../inference/bundle/manifest.js';
import { openBundle } from '../../inference/bundle/open-bundle.js';
import { readJson } from '../../inference/bundle/open-weights.js';
import { generate } from '../../inference/pipeline/generate.js';
import { openDenoiser } from '../../inference/runtime/denoiser.js';
import { openTextEncoder } from '../../inference/runtime/text-encoder.js';
import { openVaeDecoder } from '../../inference/runtime/vae-decoder.js';
import { elementCount } from '../../inference/tensor.js';
import { denoiserConfigSchema, textEncoderConfigSchema, vaeConfigSchema } from '../../inference/wan/config.js';
import { makeModel } from '../bench/gpu/make-5b.js';
import { publishedConfigs } from '../bench/gpu/published-model.js';
import { writeUnhashedBundle } from '../bench/gpu/unhashed-bundle.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reelql-5b-'));
  await makeModel(join(folder, 'published'), { small: componentNames, shardBytes: 1e6 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('has the sizes of the published model', async () => {
  const micro = (name: string) =>
    readJson(`test/fixtures/wan-micro-set/wan-micro/${name}/config.json`) as Promise<object>;
  const { textEncoder, denoiser, vae } = publishedConfigs();
  const parameters = (tensors: ReadonlyMap<string, readonly number[]>) =>
    [...tensors.values()].reduce((sum, shape) => sum + elementCount(shape), 0) / 1e9;
  const counts: Record<ComponentName, number> = {
    textEncoder: parameters(
      expectedTensors.textEncoder(textEncoderConfigSchema.parse({ ...(await micro('text_encoder')), ...textEncoder })),
    ),
    denoiser: parameters(
      expectedTensors.denoiser(denoiserConfigSchema.parse({ ...(await micro('transformer')), ...denoiser })),
    ),
    vae: parameters(expectedTensors.vae(vaeConfigSchema.parse({ ...(await micro('vae')), ...vae }))),
  };
  // Published files: 20.0 GB of float32, 11.4 GB of bfloat16, 2.8 GB of float32.
  expect(counts.denoiser).toBeCloseTo(5.0, 1);
  expect(counts.textEncoder).toBeCloseTo(5.68, 1);
  expect(counts.vae).toBeCloseTo(0.7, 1);
});

it('writes shards that an import takes, in the published types', async () => {
  const source = join(folder, 'published');
  const { denoiser, textEncoder } = await openDiffusersFolder(source);
  expect(denoiser.weights.files.length).toBeGreaterThan(1);
  expect(new Set([...denoiser.weights.source.tensors.values()].map(({ dtype }) => dtype))).toEqual(
    new Set(['float32']),
  );
  expect(new Set([...textEncoder.weights.source.tensors.values()].map(({ dtype }) => dtype))).toEqual(
    new Set(['bfloat16']),
  );
  const fitPreview = async () => ({ matrix: [], bias: [0, 0, 0] as [number, number, number] });
  await importDiffusers({ source, destination: join(folder, 'imported'), name: 'small', dtype: 'fp16', fitPreview });
});

it('as fp16 is stored as an import would store it, and opens as a bundle', async () => {
  const half = join(folder, 'half');
  await makeModel(half, { small: componentNames, dtype: 'fp16' });
  await writeUnhashedBundle(half, 'half');
  const [ours, imported] = await Promise.all([openBundle(half), openBundle(join(folder, 'imported'))]);
  for (const component of componentNames) {
    const types = async (bundle: typeof ours) =>
      [...(await bundle.weights(component)).tensors.values()].map(({ name, dtype }) => `${name} ${dtype}`).sort();
    expect(await types(ours)).toEqual(await types(imported));
  }
});

it('keeps activations in a realistic range, from text to frames', async () => {
  const { textEncoder, denoiser, vae } = await openDiffusersFolder(join(folder, 'published'));
  const session = { device: { kind: 'CPU' }, threads: 1 } as const;
  const of = <C>(part: { weights: { source: typeof vae.weights.source }; config: C }) => ({
    weights: part.weights.source,
    config: part.config,
  });
  const networks = {
    textEncoder: await openTextEncoder(of(textEncoder), session),
    denoiser: await openDenoiser(of(denoiser), session),
    decoder: await openVaeDecoder(of(vae), session),
  };
  try {
    const text = (await networks.textEncoder.encode([[5, 6, 7, 1]]))[0];
    expect(deviation(text?.data as Float32Array)).toBeCloseTo(1, 0); // behind a norm
    const request = {
      prompt: [5, 6, 7, 1],
      negativePrompt: [1],
      width: 64,
      height: 64,
      frameCount: 5,
      steps: 2,
      shift: 5,
    };
    const more = { guidanceScale: 5, sampler: 'UNIPC', latentChannels: 48, seed: 1 } as const;
    for await (const event of generate(networks, { ...request, ...more })) {
      if (event.kind !== 'frames') continue;
      expect(event.chunk.data.every(Number.isFinite)).toBe(true);
      // Faint, for encoders, and not grey.
      expect(deviation(event.chunk.data)).toBeGreaterThan(0.01);
      expect(deviation(event.chunk.data)).toBeLessThan(0.1);
      expect(event.chunk.data.filter((value) => Math.abs(value) === 1).length).toBeLessThan(
        event.chunk.data.length / 2,
      );
    }
  } finally {
    for (const network of Object.values(networks)) await network.close();
  }
});

function deviation(data: Float32Array): number {
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  return Math.sqrt(data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length);
}
