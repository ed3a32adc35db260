import { join } from 'node:path';
import { importDiffusers } from '../../inference/bundle/import.js';
import { openBundle } from '../../inference/bundle/open-bundle.js';
import { packagePath } from '../../src/package-path.js';
import type { InstalledModel } from '../../src/scheduler/work.js';

const micro = packagePath('test/fixtures/wan-micro-set/wan-micro');

/** Imports the micro model (every part of the architecture, random weights, a megabyte) into a folder: milliseconds a step. */
export async function importMicroModel(folder: string, name = 'wan-micro', source = micro): Promise<InstalledModel> {
  const destination = join(folder, name);
  const grey: [number, number, number] = [0.01, 0.01, 0.01];
  await importDiffusers({
    source,
    destination,
    name,
    // A copy: what tests do to it is not done to the fixtures.
    inPlace: false,
    fitPreview: async ({ config }) => ({
      matrix: Array.from({ length: config.latentChannels }, () => grey),
      bias: [0.5, 0.5, 0.5],
    }),
  });
  const { directory, manifest } = await openBundle(destination);
  return { directory, manifest };
}
