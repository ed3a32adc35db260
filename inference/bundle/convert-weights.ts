import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { floatToFiniteHalf } from '../finite-half.js';
import { bfloatToFloat, floatToBfloat, halfToFloat } from '../half.js';
import { bytesPerElement, type DType } from '../tensor.js';
import { throwIfCanceled } from './hash-file.js';
import { ModelError, systemError } from './model-error.js';
import { asTensor, readRange } from './safetensors.js';
import { type TensorToWrite, type WriteOptions, writeSafetensors } from './safetensors-writer.js';
import type { TensorLocation, WeightSource } from './weights.js';

/** Elements read at a time: 8 MiB of fp32. Two pieces in, one out: some 30 MB whatever the size of the model. */
const pieceElements = 2 << 20;

export interface Conversion {
  readonly tensor: TensorLocation;
  readonly dtype: DType;
}

export interface ConvertOptions extends Pick<WriteOptions, 'resumable' | 'checkpointBytes'> {
  /** Told the bytes done of the source, piece by piece; what an earlier call did, in one. */
  readonly onBytes?: (bytes: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes tensors to one safetensors file in other types, as a stream: the next piece is read while one is converted, hashed and
 * written.
 * @throws ModelError if a value does not fit the type, the source is truncated or the disk is full; nothing is left then, unless
 * the conversion is resumable.
 */
export async function convertWeights(
  source: WeightSource,
  conversions: readonly Conversion[],
  path: string,
  { onBytes = () => undefined, signal, ...writing }: ConvertOptions = {},
): Promise<{ bytes: number; sha256: string }> {
  const handles = new Map<string, FileHandle>();
  try {
    for (const { tensor } of conversions) {
      if (!handles.has(tensor.file)) handles.set(tensor.file, await openSource(join(source.folder, tensor.file)));
    }
    // Wide types first, so that every tensor is aligned; in the order of the source within a type, so that reads are sequential.
    const ordered = [...conversions].sort(
      (a, b) =>
        bytesPerElement[b.dtype] - bytesPerElement[a.dtype] ||
        (a.tensor.file < b.tensor.file ? -1 : a.tensor.file > b.tensor.file ? 1 : a.tensor.offset - b.tensor.offset),
    );
    const tensors = ordered.map(({ tensor, dtype }): TensorToWrite => {
      const handle = handles.get(tensor.file) as FileHandle;
      const file = join(source.folder, tensor.file);
      return {
        name: tensor.name,
        dtype,
        shape: tensor.shape,
        bytes: () => convertedPieces(handle, file, tensor, dtype, onBytes, signal),
      };
    });
    const onResumed = (count: number) =>
      onBytes(ordered.slice(0, count).reduce((sum, each) => sum + each.tensor.length, 0));
    return await writeSafetensors(path, tensors, { ...writing, onResumed });
  } finally {
    for (const handle of handles.values()) await handle.close();
  }
}

async function openSource(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    throw systemError(error, 'read', path);
  }
}

async function* convertedPieces(
  handle: FileHandle,
  path: string,
  tensor: TensorLocation,
  dtype: DType,
  onBytes: (bytes: number) => void,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const pieceBytes = pieceElements * bytesPerElement[tensor.dtype];
  const end = tensor.offset + tensor.length;
  const read = (offset: number) => readRange(handle, path, offset, Math.min(pieceBytes, end - offset));
  let next = tensor.length > 0 ? read(tensor.offset) : undefined;
  try {
    for (let offset = tensor.offset; offset < end; offset += pieceBytes) {
      throwIfCanceled(signal);
      const piece = (await next) as Buffer;
      next = offset + pieceBytes < end ? read(offset + pieceBytes) : undefined;
      yield convert(piece, tensor, dtype, path);
      onBytes(piece.byteLength);
    }
  } finally {
    await next?.catch(() => undefined);
  }
}

function convert(piece: Buffer, tensor: TensorLocation, dtype: DType, path: string): Uint8Array {
  if (tensor.dtype === dtype) return piece;
  const { data } = asTensor(tensor.dtype, [], piece);
  let wide: Float32Array;
  if (tensor.dtype === 'float16') wide = halfToFloat(data as Uint16Array);
  else if (tensor.dtype === 'bfloat16') wide = bfloatToFloat(data as Uint16Array);
  else wide = data as Float32Array;
  if (dtype === 'float32') return new Uint8Array(wide.buffer);
  if (dtype === 'bfloat16') return new Uint8Array(floatToBfloat(wide).buffer);
  const half = floatToFiniteHalf(wide);
  if (!half) {
    throw new ModelError(
      'UNSUPPORTED',
      `${path}: tensor ${tensor.name} holds a value that fp16 cannot (over 65504, infinite or NaN); import it with --dtype fp32`,
    );
  }
  return new Uint8Array(half.buffer);
}
