import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { convertWeights } from '../../../inference/bundle/convert-weights.js';
import { componentFolders, openDenoiserFolder } from '../../../inference/bundle/diffusers-folder.js';
import { storedDtype } from '../../../inference/bundle/precision.js';

/** A copy of a diffusers folder whose denoiser is stored as `models import --dtype fp8` stores it. */
export async function copyWithEightBits(source: string, folder: string): Promise<void> {
  await cp(source, folder, { recursive: true });
  const transformer = join(folder, componentFolders.denoiser);
  const { weights } = await openDenoiserFolder(source);
  for (const { name } of weights.files) await rm(join(transformer, name), { force: true });
  const conversions = [...weights.source.tensors.values()].map((tensor) => ({
    tensor,
    dtype: storedDtype('denoiser', tensor, 'fp8'),
  }));
  await convertWeights(weights.source, conversions, join(transformer, 'diffusion_pytorch_model.safetensors'));
}
