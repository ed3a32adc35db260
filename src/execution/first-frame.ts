import { bundleIdentity } from '../../inference/bundle/identity.js';
import type { Manifest } from '../../inference/bundle/manifest.js';
import { latentCount } from '../../inference/pipeline/latents.js';
import type { LatentShape } from '../../inference/pipeline/networks.js';
import { readTensorFile, writeTensorFile } from './tensor-file.js';

/**
 * Normalised latents of the picture that a video begins with, [channels, 1, height, width].
 * @throws WorkFileError
 */
export function writeFirstFrame(
  path: string,
  manifest: Manifest,
  { channels, height, width }: LatentShape,
  latents: Float32Array,
): void {
  const tensors = { latents: { dims: [channels, 1, height, width], data: latents } };
  writeTensorFile(path, { metadata: { model: bundleIdentity(manifest) }, tensors });
}

/** Null if there is no file, or a broken one, or one of another model or size. */
export async function readFirstFrame(
  path: string,
  manifest: Manifest,
  shape: LatentShape,
): Promise<Float32Array | null> {
  const file = await readTensorFile(path);
  const latents = file?.tensors.latents?.data;
  const fits =
    file?.metadata.model === bundleIdentity(manifest) && latents?.length === latentCount({ ...shape, frames: 1 });
  return fits ? latents : null;
}
