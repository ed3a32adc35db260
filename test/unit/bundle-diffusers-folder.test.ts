import { cp, mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDenoiserFolder, openDiffusersFolder } from '../../inference/bundle/diffusers-folder.js';
import { type ExpectedTensors, expectedTensors } from '../../inference/bundle/expected-tensors.js';
import { openWeights } from '../../inference/bundle/open-weights.js';
import { readTensor } from '../../inference/bundle/safetensors.js';
import { elementCount } from '../../inference/tensor.js';
import { denoiserConfigSchema, textEncoderConfigSchema, vaeConfigSchema } from '../../inference/wan/config.js';

const set = fileURLToPath(new URL('../fixtures/wan-micro-set/', import.meta.url));
const micro = join(set, 'wan-micro');

describe('the tensors of the published Wan2.2-TI2V-5B', () => {
  const parameters = (tensors: ExpectedTensors) =>
    [...tensors.values()].reduce((sum, shape) => sum + elementCount(shape), 0);
  // Counts of wan-architecture.md §7.
  it('are as many and as large as in the original', () => {
    const denoiser = expectedTensors.denoiser(
      denoiserConfigSchema.parse({
        num_layers: 30,
        num_attention_heads: 24,
        ffn_dim: 14336,
        in_channels: 48,
        out_channels: 48,
      }),
    );
    expect([denoiser.size, parameters(denoiser)]).toEqual([825, 4_999_787_712]);
    const numbers = Array<number>(48).fill(1);
    const vae = expectedTensors.vae(
      vaeConfigSchema.parse({
        base_dim: 160,
        decoder_base_dim: 256,
        z_dim: 48,
        temperal_downsample: [false, true, true],
        is_residual: true,
        in_channels: 12,
        out_channels: 12,
        patch_size: 2,
        scale_factor_spatial: 16,
        scale_factor_temporal: 4,
        latents_mean: numbers,
        latents_std: numbers,
      }),
    );
    expect([vae.size, parameters(vae)]).toEqual([196, 704_688_668]);
    const textEncoder = expectedTensors.textEncoder(
      textEncoderConfigSchema.parse({
        d_model: 4096,
        d_ff: 10240,
        d_kv: 64,
        num_heads: 64,
        num_layers: 24,
        vocab_size: 256384,
      }),
    );
    expect([textEncoder.size, parameters(textEncoder)]).toEqual([242, 5_680_910_336]);
  });
});

describe('opening a diffusers folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reelql-folder-'));
    await cp(micro, folder, { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true }));

  const edit = async (file: string, change: Record<string, unknown>) => {
    const path = join(folder, file);
    await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), ...change }));
  };

  it('gives configurations, weights, tokenizer and shift', async () => {
    const opened = await openDiffusersFolder(folder);
    expect(opened.denoiser.config).toMatchObject({ heads: 3, headDim: 32, width: 96, layers: 3 });
    expect(opened.shift).toBe(5);
    expect(opened.tokenizerFile).toBe(join(folder, 'tokenizer/tokenizer.json'));
    expect((await readTensor(opened.vae.weights.source, 'quant_conv.bias')).dims).toEqual([96]);
  });

  it('reads shards', async () => {
    const { weights } = await openDenoiserFolder(join(set, 'wan-micro-bf16'));
    expect(weights.files).toHaveLength(2);
    expect(weights.source.tensors.size).toBe(96);
    expect((await readTensor(weights.source, 'proj_out.weight')).dtype).toBe('bfloat16');
  });

  it('follows the links of a Hugging Face cache to the real files', async () => {
    const cache = join(folder, 'cache');
    await mkdir(join(cache, 'blobs'), { recursive: true });
    await mkdir(join(cache, 'snapshots/abc/transformer'), { recursive: true });
    const shards = (await openDenoiserFolder(join(set, 'wan-micro-bf16'))).weights.files.map((file) => file.name);
    const source = join(set, 'wan-micro-bf16/transformer');
    for (const [i, name] of [...shards, 'config.json', 'diffusion_pytorch_model.safetensors.index.json'].entries()) {
      await cp(join(source, name), join(cache, 'blobs', `blob${i}`));
      await symlink(`../../../blobs/blob${i}`, join(cache, 'snapshots/abc/transformer', name));
    }
    const { weights } = await openDenoiserFolder(join(cache, 'snapshots/abc'));
    expect(weights.source.folder).toBe(join(cache, 'blobs'));
    expect(weights.files.map((file) => file.name)).toEqual(['blob0', 'blob1']);
    expect(new Set([...weights.source.tensors.values()].map((tensor) => tensor.file))).toEqual(
      new Set(['blob0', 'blob1']),
    );
  });

  it('refuses shards whose real folders differ', async () => {
    const target = join(folder, 'shards');
    await cp(join(set, 'wan-micro-bf16/transformer'), target, { recursive: true });
    const name = 'diffusion_pytorch_model-00002-of-00002.safetensors';
    await rm(join(target, name));
    await symlink(join(set, 'wan-micro-bf16/transformer', name), join(target, name));
    await expect(openWeights(target)).rejects.toThrow(/must lie in one folder/);
  });

  it.each([
    [
      'another pipeline',
      'model_index.json',
      { _class_name: 'WanImageToVideoPipeline' },
      /not a Wan2.2-TI2V model: .*model_index.json: _class_name/,
    ],
    [
      'a mixture of two denoisers',
      'model_index.json',
      { transformer_2: ['diffusers', 'WanTransformer3DModel'] },
      /transformer_2/,
    ],
    ['a Wan2.1 pipeline', 'model_index.json', { expand_timesteps: false }, /expand_timesteps/],
    ['another VAE', 'vae/config.json', { is_residual: false }, /vae.config.json: is_residual/],
    ['another solver', 'scheduler/scheduler_config.json', { solver_order: 3 }, /solver_order/],
    ['an image encoder', 'transformer/config.json', { image_dim: 1280 }, /image_dim/],
    [
      'widths that do not meet',
      'transformer/config.json',
      { in_channels: 16 },
      /patch_embedding.weight has shape \[96, 48, 1, 2, 2\], expected \[96, 16, 1, 2, 2\]/,
    ],
    [
      'more layers than there are',
      'transformer/config.json',
      { num_layers: 4 },
      /tensor blocks.3.attn1.to_q.weight is missing, expected \[96, 96\]/,
    ],
    ['fewer layers than there are', 'transformer/config.json', { num_layers: 2 }, /tensor blocks.2.* does not belong/],
  ])('refuses %s', async (_name, file, change, message) => {
    await edit(file, change);
    await expect(openDiffusersFolder(folder)).rejects.toThrow(message);
  });

  it('names the file that is missing, not JSON, or truncated', async () => {
    const weights = join(folder, 'vae/diffusion_pytorch_model.safetensors');
    await truncate(weights, 2_217_000);
    await expect(openDiffusersFolder(folder)).rejects.toThrow(`${weights}: truncated: tensor `);
    await rm(weights);
    await expect(openDiffusersFolder(folder)).rejects.toThrow(
      /vae: no weights, expected diffusion_pytorch_model.safetensors/,
    );
    await writeFile(join(folder, 'vae/config.json'), '{');
    await expect(openDiffusersFolder(folder)).rejects.toThrow(/vae.config.json: not valid JSON/);
    await rm(join(folder, 'vae/config.json'));
    await expect(openDiffusersFolder(folder)).rejects.toThrow(/Cannot read .*vae.config.json: it does not exist/);
  });
});
