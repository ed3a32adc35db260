import type { Manifest, ModelLimits } from '../../inference/bundle/manifest.js';
import type { ModelCard } from '../../inference/bundle/model-card.js';

/** What the application knows of a model; the rest is the pipeline's business. */
export interface ModelInfo {
  /** Unique, as in `bundle.json`. */
  readonly name: string;
  readonly title: string;
  readonly license: string;
  /** What it is for and what it was trained on, as far as its author says so. */
  readonly card?: ModelCard | undefined;
  readonly defaults: Manifest['defaults'];
  readonly limits: ModelLimits;
  readonly examplePrompts: readonly string[];
  /** sha256 over the hashes of all of the model's files: the same hash gives the same videos. */
  readonly contentHash: string;
  /** Tokens of a text as the model counts them. Without it only the number of characters is limited. */
  readonly countTokens?: (text: string) => Promise<number>;
}

/** The models that can be used, read once at start. */
export interface ModelCatalog {
  list(): readonly ModelInfo[];
  get(name: string): ModelInfo | undefined;
  /** The model of a generation that names none. */
  readonly default: ModelInfo;
}
