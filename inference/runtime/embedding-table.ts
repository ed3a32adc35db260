import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { WeightSource } from '../bundle/weights.js';
import { bfloatToFloat, halfToFloat } from '../half.js';
import { bytesPerElement } from '../tensor.js';

/** Rows of a matrix in a safetensors file, read when asked for: a prompt needs some of 256,384. */
export class EmbeddingTable {
  private constructor(
    private readonly handle: FileHandle,
    private readonly location: { readonly dtype: 'float32' | 'float16' | 'bfloat16'; readonly offset: number },
    readonly rows: number,
    readonly width: number,
  ) {}

  /** @throws if the weights have no matrix of that name in a floating type. */
  static async open(weights: WeightSource, name: string): Promise<EmbeddingTable> {
    const location = weights.tensors.get(name);
    if (!location) throw new Error(`the weights have no tensor ${name}`);
    const { dtype, shape, offset } = location;
    if (dtype !== 'float32' && dtype !== 'float16' && dtype !== 'bfloat16') {
      throw new Error(`${name} is ${dtype}, expected float32, float16 or bfloat16`);
    }
    const [rows, width] = shape;
    if (rows === undefined || width === undefined || shape.length !== 2) {
      throw new Error(`${name} has shape [${shape}], expected a matrix`);
    }
    return new EmbeddingTable(await open(join(weights.folder, location.file), 'r'), { dtype, offset }, rows, width);
  }

  /** Writes row `index` as float32 to `into`, `width` numbers. @throws RangeError if there is no such row. */
  async read(index: number, into: Float32Array): Promise<void> {
    if (!Number.isInteger(index) || index < 0 || index >= this.rows) {
      throw new RangeError(`token ${index} is outside of the vocabulary, 0..${this.rows - 1}`);
    }
    const { dtype, offset } = this.location;
    const length = this.width * bytesPerElement[dtype];
    const bytes = new Uint8Array(length);
    const { bytesRead } = await this.handle.read(bytes, 0, length, offset + index * length);
    if (bytesRead !== length) throw new Error(`the embedding file ended within row ${index}`);
    if (dtype === 'float32') into.set(new Float32Array(bytes.buffer));
    else into.set((dtype === 'float16' ? halfToFloat : bfloatToFloat)(new Uint16Array(bytes.buffer)));
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}
