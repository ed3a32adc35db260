import type { DType } from '../tensor.js';

/** Where one tensor lies on disk: a byte range of a file in `WeightSource.folder`. */
export interface TensorLocation {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Path inside of the folder, with "/"; no links that leave it (ONNX Runtime refuses those). */
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

/** The weights of one component as they lie in safetensors files of one folder. */
export interface WeightSource {
  readonly folder: string;
  readonly tensors: ReadonlyMap<string, TensorLocation>;
}
