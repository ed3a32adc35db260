import type { ComponentName, Manifest } from './manifest.js';
import type { WeightSource } from './weights.js';

/** A model on disk, opened: the manifest is valid, the files it names exist with the sizes it gives. */
export interface Bundle {
  readonly directory: string;
  readonly manifest: Manifest;
  /** Absolute path of tokenizer.json. */
  readonly tokenizerFile: string;
  /** Reads the headers of the component's safetensors files. */
  weights(component: ComponentName): Promise<WeightSource>;
}
