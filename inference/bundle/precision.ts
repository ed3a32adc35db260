import type { DType } from '../tensor.js';
import type { ComponentName } from './manifest.js';
import type { TensorLocation } from './weights.js';

/** What an import can be asked to store weights in. */
export const importDtypes = ['fp16', 'fp32', 'fp8'] as const;
export type ImportDtype = (typeof importDtypes)[number];

/**
 * What stays fp32 in an fp16 bundle: 0.1 % of the bytes, and the reference keeps the denoiser's fp32 too (wan-architecture.md
 * §3.5). The time embedding sees angles up to 999, of which fp16 holds three digits; the modulation tables and norms scale every
 * activation; the gammas of the VAE and of the text encoder's norms are vectors that an fp32 norm multiplies with.
 */
const keptFloat32: Readonly<Record<ComponentName, RegExp>> = {
  denoiser: /\.time_embedder\.|(^|\.)scale_shift_table$|\.norm2\./,
  textEncoder: /layer_norm\.weight$|relative_attention_bias/,
  vae: /\.gamma$/,
};

/**
 * What an fp8 bundle has in 8 bits, with a scale for each output (`NAME_scale`), where its widths are multiples of 8, as kernels want; the
 * rest is as in fp16. These matrices are 97 % of the published denoiser's bytes; norms, modulation, embeddings and the last projection see too wide a range of numbers, or are few.
 */
export const eightBitMatrix = /^blocks\.\d+\.(attn[12]\.to_(q|k|v|out\.0)|ffn\.net\.(0\.proj|2))\.weight$/;

/**
 * The type to store a tensor in.
 * A matrix that is in 8 bits already stays so.
 * The text encoder is computed in bf16 on a GPU, because its activations overflow fp16; so bf16 counts as 16 bits there.
 * @param dtype what the import was asked for; the stored type stays if left out.
 */
export function storedDtype(
  component: ComponentName,
  { name, dtype: found, shape }: Pick<TensorLocation, 'name' | 'dtype' | 'shape'>,
  dtype: ImportDtype | undefined,
): DType {
  if (dtype === undefined || found === 'float8e4m3fn') return found;
  if (dtype === 'fp32') return 'float32';
  if (keptFloat32[component].test(name)) return found === 'float16' ? 'float16' : 'float32';
  if (dtype === 'fp8' && component === 'denoiser' && eightBitMatrix.test(name) && shape.every((n) => n % 8 === 0))
    return 'float8e4m3fn';
  if (component === 'textEncoder' && found === 'bfloat16') return 'bfloat16';
  return 'float16';
}
