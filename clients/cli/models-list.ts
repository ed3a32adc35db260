import { componentNames, type Manifest, weightFiles } from '../../inference/bundle/manifest.js';
import { openBundle } from '../../inference/bundle/open-bundle.js';
import { loadConfig } from '../../src/config.js';
import { modelDirectories } from '../../src/models/catalog.js';
import { command } from './command.js';

/** One line of the list. */
type Listed =
  | {
      readonly name: string;
      readonly title: string;
      readonly license: string;
      readonly bytes: number;
      readonly directory: string;
    }
  | { readonly directory: string; readonly problem: string };

export const modelsList = command({
  meta: { name: 'list', description: 'List the models on this machine, broken ones with the reason' },
  args: {
    'models-dir': { type: 'string', description: 'Folder of the bundles; REELQL_MODELS_DIR or var/models if left out' },
    json: { type: 'boolean', description: 'One JSON object a line' },
  },
  async run({ args }) {
    const folder = args['models-dir'] ?? loadConfig().modelsDir;
    const asJson = args.json || !process.stdout.isTTY;
    for (const directory of await modelDirectories(folder)) {
      const listed = await describe(directory);
      process.stdout.write(`${asJson ? JSON.stringify(listed) : line(listed)}\n`);
    }
  },
});

async function describe(directory: string): Promise<Listed> {
  try {
    const { manifest } = await openBundle(directory);
    const { name, title, license } = manifest;
    return { name, title, license, bytes: weightBytes(manifest), directory };
  } catch (error) {
    return { directory, problem: (error as Error).message };
  }
}

function weightBytes(manifest: Manifest): number {
  return componentNames
    .flatMap((component) => weightFiles(manifest, component))
    .reduce((sum, { bytes }) => sum + bytes, 0);
}

function line(listed: Listed): string {
  if ('problem' in listed) return `✗ ${listed.directory}  ${listed.problem}`;
  return `${listed.name.padEnd(24)} ${`${(listed.bytes / 1e6).toFixed(0)} MB`.padStart(10)}  ${listed.title}, ${listed.license}`;
}
