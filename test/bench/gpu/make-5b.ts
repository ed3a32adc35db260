/**
 * Writes a folder in the layout in which Wan2.2-TI2V-5B is published, of its sizes and types, with random weights: for everything
 * that can be measured without the model. Tokenizer, scheduler and latent statistics are those of the micro model.
 *
 *     node dist/test/bench/gpu/make-5b.js FOLDER [--components textEncoder,denoiser,vae] [--small COMPONENTS] [--layers 30]
 *         [--text-layers 24] [--vocabulary 256384] [--dtype published|fp16|fp8] [--shard-bytes 5e9] [--bundle NAME]
 *
 * --small      these a thousandth of the size; they fit to the full-sized ones beside them
 * --dtype      fp16: what `reelql models import --dtype fp16` would make of it, less a third of the bytes
 *              fp8: the same numbers as with fp16, the denoiser's matrices in 8 bits
 * --bundle     writes a bundle.json too, so that the folder can be served as it is: no import, no hashes, a grey preview
 *
 * As published 34 GB, as fp16 23 GB: at 2 to 4 GB/s into the page cache or /dev/shm. Run in the repository's root.
 */
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { componentFolders } from '../../../inference/bundle/diffusers-folder.js';
import { expectedTensors } from '../../../inference/bundle/expected-tensors.js';
import { type ComponentName, componentNames } from '../../../inference/bundle/manifest.js';
import { readJson } from '../../../inference/bundle/open-weights.js';
import { storedDtype } from '../../../inference/bundle/precision.js';
import { scaleName } from '../../../inference/eight-bits.js';
import { denoiserConfigSchema, textEncoderConfigSchema, vaeConfigSchema } from '../../../inference/wan/config.js';
import { publishedConfigs, type Sizes, smallConfigs } from './published-model.js';
import { eightBitScale, type RandomTensor, spread, writeRandomWeights } from './random-weights.js';
import { writeUnhashedBundle } from './unhashed-bundle.js';

const micro = 'test/fixtures/wan-micro-set/wan-micro';

export interface ModelOptions extends Sizes {
  /** All if left out. A folder without one of them cannot be imported as a whole. */
  readonly components?: readonly ComponentName[];
  readonly small?: readonly ComponentName[];
  /** `published`: float32, the text encoder bfloat16. */
  readonly dtype?: 'published' | 'fp16' | 'fp8';
  readonly shardBytes?: number;
}

/** @returns the bytes written. */
export async function makeModel(folder: string, options: ModelOptions = {}): Promise<number> {
  await mkdir(folder, { recursive: true });
  for (const file of ['model_index.json', 'scheduler', 'tokenizer']) {
    await cp(join(micro, file), join(folder, file), { recursive: true });
  }
  const sizes = await Promise.all(
    (options.components ?? componentNames).map((each) => makeComponent(folder, each, options)),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function makeComponent(folder: string, component: ComponentName, options: ModelOptions): Promise<number> {
  const name = componentFolders[component];
  const sizes = options.small?.includes(component) ? smallConfigs[component] : publishedConfigs(options)[component];
  const config = { ...((await readJson(join(micro, name, 'config.json'))) as object), ...sizes };
  const headDim = component === 'textEncoder' ? publishedConfigs().textEncoder.d_kv : 1;
  const tensors = [...tensorsOf(component, config)].flatMap(([tensor, shape]): RandomTensor[] => {
    const published = component === 'textEncoder' ? 'bfloat16' : 'float32';
    const asked = options.dtype === 'published' ? undefined : options.dtype;
    const dtype = storedDtype(component, { name: tensor, shape, dtype: published }, asked) as RandomTensor['dtype'];
    const made = { name: tensor, shape, dtype, ...spread(component, tensor, shape, headDim) };
    if (dtype !== 'float8e4m3fn') return [made];
    const mean = eightBitScale(made.deviation);
    return [{ name: scaleName(tensor), shape: [shape[0] as number], dtype: 'float32', mean, deviation: 0 }, made];
  });
  const base = component === 'textEncoder' ? 'model' : 'diffusion_pytorch_model';
  const bytes = await writeRandomWeights(join(folder, name), base, tensors, options.shardBytes ?? 5e9);
  await writeFile(join(folder, name, 'config.json'), `${JSON.stringify(config, null, 2)}\n`);
  return bytes;
}

function tensorsOf(component: ComponentName, config: object) {
  switch (component) {
    case 'textEncoder':
      return expectedTensors.textEncoder(textEncoderConfigSchema.parse(config));
    case 'denoiser':
      return expectedTensors.denoiser(denoiserConfigSchema.parse(config));
    case 'vae':
      return expectedTensors.vae(vaeConfigSchema.parse(config));
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      components: { type: 'string', default: componentNames.join() },
      small: { type: 'string', default: '' },
      layers: { type: 'string' },
      'text-layers': { type: 'string' },
      vocabulary: { type: 'string' },
      dtype: { type: 'string', default: 'published' },
      'shard-bytes': { type: 'string', default: '5e9' },
      bundle: { type: 'string' },
    },
  });
  const [folder] = positionals;
  if (folder === undefined) throw new Error('Which FOLDER?');
  const listed = (text: string) => componentNames.filter((name) => text === 'all' || text.split(',').includes(name));
  const number = (text: string | undefined) => (text === undefined ? undefined : Number(text));
  const started = performance.now();
  const bytes = await makeModel(folder, {
    components: listed(values.components),
    small: listed(values.small),
    layers: number(values.layers),
    textLayers: number(values['text-layers']),
    vocabulary: number(values.vocabulary),
    dtype: (['fp16', 'fp8'] as const).find((each) => each === values.dtype) ?? 'published',
    shardBytes: Number(values['shard-bytes']),
  });
  if (values.bundle !== undefined) await writeUnhashedBundle(folder, values.bundle);
  const seconds = (performance.now() - started) / 1000;
  const rate = (bytes / 1e9 / seconds).toFixed(2);
  process.stdout.write(`${(bytes / 1e9).toFixed(2)} GB in ${folder}, ${seconds.toFixed(1)} s, ${rate} GB/s\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
