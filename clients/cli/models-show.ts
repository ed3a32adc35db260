import type { Manifest } from '../../inference/bundle/manifest.js';
import type { ModelCard } from '../../inference/bundle/model-card.js';
import { ModelError } from '../../inference/bundle/model-error.js';
import { openBundle } from '../../inference/bundle/open-bundle.js';
import { loadConfig } from '../../src/config.js';
import { modelDirectories } from '../../src/models/catalog.js';
import { command, jsonOption } from './command.js';
import { print, printJson, wantsJson } from './output.js';
import { settingsText } from './settings-text.js';
import { onStdout } from './style.js';

export const modelsShow = command({
  meta: { name: 'show', description: 'Show the model card of a model on this machine' },
  args: {
    name: { type: 'positional', description: 'Its name, as `models list` gives it', required: true },
    'models-dir': { type: 'string', description: 'Folder of the bundles; REELQL_MODELS_DIR or var/models if left out' },
    ...jsonOption,
  },
  async run({ args }) {
    const { manifest, directory } = await find(args.name, args['models-dir'] ?? loadConfig().modelsDir);
    const { name, title, license, card, defaults, limits, examplePrompts } = manifest;
    if (wantsJson(args)) printJson({ name, title, license, card, defaults, limits, examplePrompts, directory });
    else for (const [label, text] of sections(manifest)) print(`${onStdout.bold(label)}\n${text}\n`);
  },
});

/** @throws ModelError for a name that no model has, or the reason why none could be read. */
async function find(name: string, modelsDir: string): Promise<{ manifest: Manifest; directory: string }> {
  const directories = await modelDirectories(modelsDir);
  const opened = await Promise.allSettled(directories.map((directory) => openBundle(directory)));
  const bundles = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const found = bundles.find(({ manifest }) => manifest.name === name);
  if (found) return found;
  const known = bundles.map(({ manifest }) => manifest.name).join(', ');
  throw new ModelError('NOT_FOUND', `There is no model "${name}" that can be used; models here: ${known || 'none'}`);
}

const headings: Readonly<Record<keyof ModelCard, string>> = {
  description: 'What it is',
  intendedUse: 'What it is for',
  trainingData: 'What it was trained on',
  limitations: 'Limits and risks',
};

function sections({ name, title, license, card = {}, defaults, limits }: Manifest): [string, string][] {
  const said = Object.entries(headings) as [keyof ModelCard, string][];
  return [
    [title, name],
    ...said.flatMap(([field, heading]): [string, string][] => (card[field] ? [[heading, card[field]]] : [])),
    ['Licence', license],
    [
      'Settings',
      `${settingsText(defaults)} by default;` +
        ` at most ${limits.maxWidth}×${limits.maxHeight}, ${limits.maxFrames} frames, ${limits.maxSteps} steps`,
    ],
  ];
}
