import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Bundle } from '../../inference/bundle/bundle.js';
import { componentNames, type Manifest, weightFiles } from '../../inference/bundle/manifest.js';
import { findBundles, openBundle } from '../../inference/bundle/open-bundle.js';
import { cleanPrompt } from '../../inference/tokenizer/text-cleaning.js';
import { loadTokenizer } from '../../inference/tokenizer/tokenizer.js';
import type { ModelCatalog as Catalog, ModelInfo } from '../generations/catalog.js';
import { packagePath } from '../package-path.js';

/** A model that can be asked for: what the application knows of it, and where the scheduler finds it. */
export interface CatalogModel extends ModelInfo {
  readonly directory: string;
  readonly manifest: Manifest;
  readonly bundle: Bundle;
}

/** A folder that should be a model and is not usable, with the reason. */
export interface BrokenModel {
  readonly name: string;
  readonly problem: string;
}

/** The models on this machine: the bundled ones and those in the models folder, opened once when the server starts. */
export class ModelCatalog implements Catalog {
  private constructor(
    private readonly models: ReadonlyMap<string, CatalogModel>,
    readonly broken: readonly BrokenModel[],
    private readonly defaultName: string,
  ) {}

  /** @throws Error if the default model is not there or broken: without it the server has nothing to offer. */
  static async open(options: { readonly modelsDir: string; readonly defaultModel: string }): Promise<ModelCatalog> {
    const models = new Map<string, CatalogModel>();
    const broken: BrokenModel[] = [];
    for (const directory of await modelDirectories(options.modelsDir)) {
      try {
        const bundle = await openBundle(directory);
        const { name } = bundle.manifest;
        const taken = models.get(name);
        if (taken) throw new Error(`the name "${name}" is taken by ${taken.directory}`);
        models.set(name, describe(directory, bundle));
      } catch (error) {
        broken.push({ name: basename(directory), problem: (error as Error).message });
      }
    }
    if (!models.has(options.defaultModel)) {
      const reason = broken.find(({ name }) => name === options.defaultModel)?.problem;
      const known = [...models.keys()].join(', ') || 'none';
      throw new Error(
        `The default model "${options.defaultModel}" cannot be used: ${reason ?? `models here: ${known}`}`,
      );
    }
    return new ModelCatalog(models, broken, options.defaultModel);
  }

  get default(): CatalogModel {
    return this.models.get(this.defaultName) as CatalogModel;
  }

  get(name: string): CatalogModel | undefined {
    return this.models.get(name);
  }

  /** The default first, then by name. */
  list(): CatalogModel[] {
    const others = [...this.models.values()].filter((model) => model !== this.default);
    return [this.default, ...others.sort((a, b) => (a.name < b.name ? -1 : 1))];
  }
}

/** The folder of the model that comes with the package. */
export function bundledModel(): string {
  return packagePath('inference/models/toy');
}

/** Those of all models on this machine: the bundled one, its few-step form, which shares the files, and those that were imported. */
export async function modelDirectories(modelsDir: string): Promise<string[]> {
  return [bundledModel(), packagePath('inference/models/toy-fast'), ...(await findBundles(modelsDir))];
}

function describe(directory: string, bundle: Bundle): CatalogModel {
  const { manifest } = bundle;
  const { name, title, license, card, defaults, limits, examplePrompts } = manifest;
  const hash = contentHash(manifest);
  const tokenizer = loadTokenizer(bundle.tokenizerFile);
  const countTokens = (text: string) => tokenizer.count(cleanPrompt(text));
  const info: ModelInfo = {
    name,
    title,
    license,
    card,
    defaults,
    limits,
    examplePrompts,
    contentHash: hash,
    countTokens,
  };
  return { ...info, directory, manifest, bundle };
}

/** sha256 over everything that decides what the model computes. */
function contentHash(manifest: Manifest): string {
  const hash = createHash('sha256');
  for (const component of componentNames) {
    const files = weightFiles(manifest, component);
    hash.update(JSON.stringify([manifest[component].config, files.map((file) => file.sha256)]));
  }
  return hash.update(manifest.tokenizer.sha256).digest('hex');
}
