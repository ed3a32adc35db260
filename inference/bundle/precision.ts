import type { DType } from '../tensor.js';
import type { ComponentName } from './manifest.js';

/** What an import can be asked to store weights in. */
export const importDtypes = ['fp16', 'fp32'] as const;
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
 * The type to store a tensor in.
 * The text encoder is computed in bf16 on a GPU, because its activations overflow fp16; so bf16 counts as 16 bits there.
 * @param dtype what the import was asked for; the stored type stays if left out.
 */
export function storedDtype(
  component: ComponentName,
  name: string,
  found: DType,
  dtype: ImportDtype | undefined,
): DType {
  if (dtype === undefined) return found;
  if (dtype === 'fp32') return 'float32';
  if (keptFloat32[component].test(name)) return found === 'float16' ? 'float16' : 'float32';
  if (component === 'textEncoder' && found === 'bfloat16') return 'bfloat16';
  return 'float16';
}
