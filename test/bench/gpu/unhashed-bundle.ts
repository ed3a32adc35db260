import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { componentFolders, openDiffusersFolder } from '../../../inference/bundle/diffusers-folder.js';
import type { ManifestFile } from '../../../inference/bundle/manifest.js';
import { readModelSettings } from '../../../inference/bundle/model-settings.js';
import { manifestName, openBundle } from '../../../inference/bundle/open-bundle.js';
import type { WeightSource } from '../../../inference/bundle/weights.js';

/**
 * A bundle.json beside a folder's own files: what an import writes, in no time, for weights that nobody will miss. It leaves out
 * what an import takes its time for: checksums (zeros stand in their place, `models verify` would find them wrong) and the
 * preview map (all pictures are grey).
 */
export async function writeUnhashedBundle(directory: string, name: string): Promise<void> {
  const folder = await openDiffusersFolder(directory);
  const sha256 = '0'.repeat(64);
  const component = (key: 'textEncoder' | 'denoiser' | 'vae') => ({
    config: folder[key].rawConfig,
    weights: {
      folder: componentFolders[key],
      files: folder[key].weights.files.map((file) => ({ name: file.name, bytes: file.bytes, sha256 })),
    },
  });
  const manifest = {
    format: 1,
    name,
    architecture: 'wan2.2-ti2v',
    ...(await readModelSettings([directory], name, folder.shift)),
    textEncoder: component('textEncoder'),
    denoiser: { ...component('denoiser'), ...(isEightBit(folder.denoiser.weights.source) && { eightBits: true }) },
    vae: component('vae'),
    tokenizer: {
      name: join('tokenizer', 'tokenizer.json'),
      bytes: (await stat(folder.tokenizerFile)).size,
      sha256,
    },
    preview: {
      matrix: Array.from({ length: folder.vae.config.latentChannels }, () => [0, 0, 0]),
      bias: [0.5, 0.5, 0.5],
    },
  } as unknown as ManifestFile;
  await writeFile(join(directory, manifestName), `${JSON.stringify(manifest, null, 2)}\n`);
  await openBundle(directory);
}

function isEightBit({ tensors }: WeightSource): boolean {
  return [...tensors.values()].some(({ dtype }) => dtype === 'float8e4m3fn');
}
