import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { scaleName, scalesOfRows, toEightBits } from '../eight-bits.js';
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
    const tensors = ordered.flatMap((conversion) => {
      const { tensor } = conversion;
      const file = { handle: handles.get(tensor.file) as FileHandle, path: join(source.folder, tensor.file) };
      return tensorsOf(conversion, (rowsWhole) => piecesOf(file, tensor, rowsWhole, signal), file.path, onBytes);
    });
    const onResumed = (count: number) =>
      onBytes(tensors.slice(0, count).reduce((sum, each) => sum + each.sourceBytes, 0));
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

type Piece = { readonly wide: () => Float32Array; readonly bytes: Buffer };
type Pieces = (rowsWhole: boolean) => AsyncGenerator<Piece>;

/** What one tensor becomes, each with the bytes of the source that it stands for. */
function tensorsOf(
  { tensor, dtype }: Conversion,
  pieces: Pieces,
  path: string,
  onBytes: (bytes: number) => void,
): (TensorToWrite & { readonly sourceBytes: number })[] {
  const { name, shape, length } = tensor;
  const converted = async function* (convert: (piece: Piece) => Uint8Array, rowsWhole = false, report = onBytes) {
    for await (const piece of pieces(rowsWhole)) {
      yield convert(piece);
      report(piece.bytes.byteLength);
    }
  };
  if (dtype !== 'float8e4m3fn' || tensor.dtype === dtype) {
    const convert = ({ bytes, wide }: Piece) => (tensor.dtype === dtype ? bytes : narrow(wide(), dtype, name, path));
    return [{ name, dtype, shape, sourceBytes: length, bytes: () => converted(convert) }];
  }
  // The scales come first, so that they are in the file whenever the matrix is; the second reading is from memory.
  const [outputs, columns] = shape as [number, number];
  const scales = (numbers: Float32Array): Float32Array => {
    const found = scalesOfRows(numbers, columns);
    if (!found.every(Number.isFinite)) throw tooLarge(path, name, 'fp8');
    return found;
  };
  const scaleBytes = ({ wide }: Piece) => new Uint8Array(scales(wide()).buffer);
  const matrixBytes = ({ wide }: Piece) => {
    const numbers = wide();
    return toEightBits(numbers, scales(numbers));
  };
  const quietly = () => undefined;
  return [
    {
      ...{ name: scaleName(name), dtype: 'float32', shape: [outputs], sourceBytes: 0 },
      bytes: () => converted(scaleBytes, true, quietly),
    },
    { name, dtype, shape, sourceBytes: length, bytes: () => converted(matrixBytes, true) },
  ];
}

/** A tensor in pieces of a few megabytes, each read while the one before is worked on. @param rowsWhole none ends within a row */
async function* piecesOf(
  { handle, path }: { handle: FileHandle; path: string },
  tensor: TensorLocation,
  rowsWhole: boolean,
  signal: AbortSignal | undefined,
): AsyncGenerator<Piece> {
  const row = rowsWhole ? (tensor.shape.at(-1) as number) : 1;
  const pieceBytes = Math.ceil(pieceElements / row) * row * bytesPerElement[tensor.dtype];
  const end = tensor.offset + tensor.length;
  const read = (offset: number) => readRange(handle, path, offset, Math.min(pieceBytes, end - offset));
  let next = tensor.length > 0 ? read(tensor.offset) : undefined;
  try {
    for (let offset = tensor.offset; offset < end; offset += pieceBytes) {
      throwIfCanceled(signal);
      const bytes = (await next) as Buffer;
      next = offset + pieceBytes < end ? read(offset + pieceBytes) : undefined;
      yield { bytes, wide: () => widen(bytes, tensor.dtype) };
    }
  } finally {
    await next?.catch(() => undefined);
  }
}

function widen(bytes: Buffer, dtype: DType): Float32Array {
  const { data } = asTensor(dtype, [], bytes);
  if (dtype === 'float16') return halfToFloat(data as Uint16Array);
  if (dtype === 'bfloat16') return bfloatToFloat(data as Uint16Array);
  if (dtype !== 'float32') throw new Error(`${dtype} is converted to nothing else`);
  return data as Float32Array;
}

function narrow(wide: Float32Array, dtype: DType, name: string, path: string): Uint8Array {
  if (dtype === 'float32') return new Uint8Array(wide.buffer);
  if (dtype === 'bfloat16') return new Uint8Array(floatToBfloat(wide).buffer);
  const half = floatToFiniteHalf(wide);
  if (!half) throw tooLarge(path, name, 'fp16');
  return new Uint8Array(half.buffer);
}

function tooLarge(path: string, name: string, dtype: 'fp16' | 'fp8'): ModelError {
  const limit = dtype === 'fp16' ? 'over 65504, infinite or NaN' : 'infinite or NaN';
  return new ModelError(
    'UNSUPPORTED',
    `${path}: tensor ${name} holds a value that ${dtype} cannot (${limit}); import it with --dtype fp32`,
  );
}
