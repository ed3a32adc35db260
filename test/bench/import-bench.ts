/**
 * `node --import ./test/support/typescript-loader.mjs test/bench/import-bench.ts`: how fast a model is imported and how much
 * memory that takes, on a folder of 2 GB with random weights under the right names. Each import runs in a process of its own,
 * whose peak is what the system says of it. The preview is not fitted: that is the VAE's time and memory, not the import's.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ExpectedTensors, expectedTensors } from '../../inference/bundle/expected-tensors.js';
import { importDiffusers } from '../../inference/bundle/import.js';
import { readJson } from '../../inference/bundle/open-weights.js';
import { type ImportDtype, importDtypes } from '../../inference/bundle/precision.js';
import { writeSafetensors } from '../../inference/bundle/safetensors-writer.js';
import { floatToBfloat } from '../../inference/half.js';
import { bytesPerElement, elementCount } from '../../inference/tensor.js';
import { denoiserConfigSchema, textEncoderConfigSchema, vaeConfigSchema } from '../../inference/wan/config.js';

/** Started from the repository's root. */
const micro = resolve('test/fixtures/wan-micro-set/wan-micro');

/** The proportions of the published model, a tenth of its size; fp32, the text encoder bf16 as published. */
const sizes = {
  transformer: {
    num_layers: 20,
    num_attention_heads: 8,
    attention_head_dim: 128,
    ffn_dim: 4096,
    text_dim: 512,
    freq_dim: 256,
  },
  text_encoder: { d_model: 512, d_ff: 1280, d_kv: 64, num_heads: 8, num_layers: 12, vocab_size: 256384 },
  vae: { base_dim: 48, decoder_base_dim: 72 },
};

/** Random numbers, 8 MiB, written again and again: what they are does not matter, that they are no zeros does. */
const noise = Float32Array.from({ length: 2 << 20 }, () => (Math.random() - 0.5) / 8);

async function makeModel(folder: string): Promise<number> {
  await cp(micro, folder, { recursive: true });
  const config = async (component: keyof typeof sizes) => {
    const path = join(folder, component, 'config.json');
    const json = { ...((await readJson(path)) as object), ...sizes[component] };
    await writeFile(path, JSON.stringify(json));
    return json;
  };
  const write = (path: string, tensors: ExpectedTensors, dtype: 'float32' | 'bfloat16') => {
    const bytes = new Uint8Array((dtype === 'float32' ? noise : floatToBfloat(noise)).buffer);
    const entries = [...tensors].map(([name, shape]) => ({
      name,
      dtype,
      shape,
      *bytes() {
        for (let left = elementCount(shape) * bytesPerElement[dtype]; left > 0; left -= bytes.length) {
          yield bytes.subarray(0, Math.min(left, bytes.length));
        }
      },
    }));
    return writeSafetensors(join(folder, path), entries);
  };
  const files = [
    await write(
      'transformer/diffusion_pytorch_model.safetensors',
      expectedTensors.denoiser(denoiserConfigSchema.parse(await config('transformer'))),
      'float32',
    ),
    await write(
      'text_encoder/model.safetensors',
      expectedTensors.textEncoder(textEncoderConfigSchema.parse(await config('text_encoder'))),
      'bfloat16',
    ),
    await write(
      'vae/diffusion_pytorch_model.safetensors',
      expectedTensors.vae(vaeConfigSchema.parse(await config('vae'))),
      'float32',
    ),
  ];
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

interface Measured {
  readonly seconds: number;
  readonly peakMegabytes: number;
}

/** One import, in this process. */
async function measure(source: string, destination: string, dtype: ImportDtype | undefined): Promise<Measured> {
  const started = performance.now();
  await importDiffusers({
    source,
    destination,
    name: 'bench',
    ...(dtype ? { dtype } : {}),
    fitPreview: async () => ({ matrix: [], bias: [0, 0, 0] }),
  });
  return {
    seconds: (performance.now() - started) / 1000,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
  };
}

async function measureApart(source: string, destination: string, dtype: ImportDtype | undefined): Promise<Measured> {
  const child = fork(fileURLToPath(import.meta.url), [source, destination, dtype ?? ''], {
    execArgv: process.execArgv,
  });
  const [measured] = (await once(child, 'message')) as [Measured];
  await once(child, 'exit');
  return measured;
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'reelql-import-bench-'));
  try {
    const source = join(folder, 'source');
    await mkdir(source);
    const bytes = await makeModel(source);
    console.log(`${(bytes / 1e9).toFixed(2)} GB of weights in ${source}`);
    console.log('import           seconds      MB/s   peak RSS, MB');
    for (const dtype of [undefined, ...importDtypes]) {
      const destination = join(folder, 'models', 'bench');
      const { seconds, peakMegabytes } = await measureApart(source, destination, dtype);
      await rm(destination, { recursive: true });
      const label = dtype === undefined ? 'in place' : `--dtype ${dtype}`;
      const columns = [seconds.toFixed(1).padStart(8), (bytes / 1e6 / seconds).toFixed(0).padStart(9)];
      console.log(`${label.padEnd(16)}${columns.join(' ')} ${peakMegabytes.toFixed(0).padStart(14)}`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const [source, destination, dtype] = process.argv.slice(2);
if (source !== undefined && destination !== undefined) {
  process.send?.(
    await measure(
      source,
      destination,
      importDtypes.find((each) => each === dtype),
    ),
  );
} else {
  await main();
}
