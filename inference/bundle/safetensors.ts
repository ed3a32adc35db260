import { type FileHandle, open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { bytesPerElement, type DType, elementCount, type Tensor, type TensorData } from '../tensor.js';
import { ModelError, systemError } from './model-error.js';
import type { TensorLocation, WeightSource } from './weights.js';

/**
 * The safetensors format: 8 bytes little-endian length of the header, a JSON header, then the tensors' bytes.
 * Source: https://github.com/huggingface/safetensors, README, "Format".
 */
export interface SafetensorsFile {
  readonly path: string;
  readonly bytes: number;
  readonly metadata: Readonly<Record<string, string>>;
  /** In the order in which they lie in the file. */
  readonly tensors: readonly TensorLocation[];
}

/** The reference implementation's limit; keeps a garbage length from being allocated. */
const maxHeaderBytes = 100_000_000;

export const dtypeOfCode: Readonly<Record<string, DType>> = {
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  I64: 'int64',
  I32: 'int32',
  U8: 'uint8',
  BOOL: 'bool',
  F8_E4M3: 'float8e4m3fn',
};

const natural = z.number().int().nonnegative();
const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(natural),
  data_offsets: z.tuple([natural, natural]),
});

function broken(path: string, problem: string): ModelError {
  return new ModelError('BROKEN', `${path}: ${problem}`);
}

/**
 * Reads and checks a header: every tensor has a known dtype, the length its shape takes, and lies inside of the file; no two overlap.
 * @throws ModelError naming file, tensor, expected and found.
 */
export async function readSafetensors(path: string): Promise<SafetensorsFile> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    throw systemError(error, 'read', path);
  }
  try {
    const { size } = await handle.stat();
    if (size < 8) throw broken(path, `a safetensors file has at least 8 bytes, this one has ${size}`);
    const length = Number((await readRange(handle, path, 0, 8)).readBigUInt64LE(0));
    if (length > maxHeaderBytes) {
      throw broken(path, `not a safetensors file: its first 8 bytes give a header of ${length} bytes`);
    }
    if (8 + length > size) {
      throw broken(path, `truncated: the header needs ${8 + length} bytes, the file has ${size}`);
    }
    const header = parseHeader(path, (await readRange(handle, path, 8, length)).toString('utf8'));
    return { path, bytes: size, ...locate(path, header, 8 + length, size) };
  } finally {
    await handle.close();
  }
}

function parseHeader(path: string, text: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    throw broken(path, 'not a safetensors file: its header is not JSON');
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw broken(path, 'not a safetensors file: its header is not a JSON object');
  }
  return header as Record<string, unknown>;
}

function locate(path: string, header: Record<string, unknown>, dataStart: number, size: number) {
  const { __metadata__: metadata, ...entries } = header;
  const tensors = Object.entries(entries).map(([name, entry]) => locateTensor(path, name, entry, dataStart, size));
  tensors.sort((a, b) => a.offset - b.offset || a.length - b.length);
  let end = dataStart;
  let before = '';
  for (const tensor of tensors) {
    if (tensor.offset < end) throw broken(path, `tensors ${before} and ${tensor.name} overlap`);
    end = tensor.offset + tensor.length;
    before = tensor.name;
  }
  return { metadata: (metadata ?? {}) as Record<string, string>, tensors };
}

function locateTensor(path: string, name: string, entry: unknown, dataStart: number, size: number): TensorLocation {
  const parsed = entrySchema.safeParse(entry);
  if (!parsed.success) throw broken(path, `tensor ${name}: the header has no valid dtype, shape and data_offsets`);
  const { dtype: code, shape, data_offsets } = parsed.data;
  const dtype = dtypeOfCode[code];
  if (!dtype) {
    const known = Object.keys(dtypeOfCode).join(', ');
    throw new ModelError('UNSUPPORTED', `${path}: tensor ${name} has dtype ${code}, expected one of ${known}`);
  }
  const [begin, end] = data_offsets;
  const expected = elementCount(shape) * bytesPerElement[dtype];
  if (end - begin !== expected) {
    throw broken(path, `tensor ${name}: ${code} [${shape}] takes ${expected} bytes, the header gives ${end - begin}`);
  }
  if (dataStart + end > size) {
    throw broken(path, `truncated: tensor ${name} ends at byte ${dataStart + end}, the file has ${size}`);
  }
  return { name, dtype, shape, file: basename(path), offset: dataStart + begin, length: end - begin };
}

/** Exactly `length` bytes at `offset`. @throws if the file ends before. */
export async function readRange(handle: FileHandle, path: string, offset: number, length: number): Promise<Buffer> {
  // A buffer of its own, not a slice of Node's pool: typed arrays need the alignment.
  const buffer = Buffer.from(new ArrayBuffer(length));
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(buffer, done, length - done, offset + done);
    if (bytesRead === 0) throw broken(path, `ended at byte ${offset + done}, expected ${offset + length}`);
    done += bytesRead;
  }
  return buffer;
}

export function asTensor(dtype: DType, dims: readonly number[], bytes: Buffer): Tensor {
  return { dtype, dims, data: view(dtype, bytes) };
}

function view(dtype: DType, { buffer, byteOffset, byteLength }: Buffer): TensorData {
  const data = buffer as ArrayBuffer;
  const count = byteLength / bytesPerElement[dtype];
  switch (dtype) {
    case 'float32':
      return new Float32Array(data, byteOffset, count);
    case 'float16':
    case 'bfloat16':
      return new Uint16Array(data, byteOffset, count);
    case 'int64':
      return new BigInt64Array(data, byteOffset, count);
    case 'int32':
      return new Int32Array(data, byteOffset, count);
    case 'uint8':
    case 'bool':
    case 'float8e4m3fn':
      return new Uint8Array(data, byteOffset, count);
  }
}

/** One tensor, read from disk. @throws ModelError if the source has none of that name. */
export async function readTensor(source: WeightSource, name: string): Promise<Tensor> {
  const location = source.tensors.get(name);
  if (!location) throw new ModelError('NOT_FOUND', `${source.folder} has no tensor ${name}`);
  const path = join(source.folder, location.file);
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    return asTensor(location.dtype, location.shape, await readRange(handle, path, location.offset, location.length));
  } catch (error) {
    throw systemError(error, 'read', path);
  } finally {
    await handle?.close();
  }
}

/** A single file as a source. Links are not followed; for folders of a model use `openWeights`. */
export async function openSafetensors(path: string): Promise<WeightSource> {
  const { tensors } = await readSafetensors(path);
  return { folder: dirname(path), tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])) };
}
