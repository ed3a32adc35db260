import { bytesPerElement, type DType, elementCount } from '../tensor.js';
import { systemError } from './model-error.js';
import { PartialFile } from './partial-file.js';
import { dtypeOfCode } from './safetensors.js';

export interface TensorToWrite {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** The tensor's bytes in order, in pieces of any size. Each piece is written before the next is asked for. */
  bytes(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

const codeOfDtype = Object.fromEntries(Object.entries(dtypeOfCode).map(([code, dtype]) => [dtype, code])) as Record<
  DType,
  string
>;

export interface WriteOptions {
  readonly metadata?: Readonly<Record<string, string>>;
  /** Go on where an earlier call with the same tensors was interrupted, and leave what is written if this one is. */
  readonly resumable?: boolean;
  /** Told how many of the first tensors an earlier call wrote, where it was any. */
  readonly onResumed?: (tensors: number) => void;
  /** Bytes after which what is written is brought to the disk; 64 MiB if left out. */
  readonly checkpointBytes?: number;
}

/**
 * Writes a safetensors file, hashing while it writes. The file appears under its name when it is complete and on disk, or not at all.
 * Tensors are written in the order given; keep wide types first, so that every tensor is aligned to its element.
 * @throws ModelError for a full disk or a folder that cannot be written; Error if a tensor gives another number of bytes than its shape takes.
 */
export async function writeSafetensors(
  path: string,
  tensors: readonly TensorToWrite[],
  { metadata = {}, resumable = false, onResumed, checkpointBytes = 64 << 20 }: WriteOptions = {},
): Promise<{ bytes: number; sha256: string }> {
  const header = safetensorsHeader(tensors, metadata);
  let file: PartialFile | undefined;
  try {
    file = await (resumable ? PartialFile.resume(path, header) : PartialFile.create(path));
    if (file.bytes === 0) await file.append(header);
    else onResumed?.(file.tensors);
    for (const tensor of tensors.slice(file.tensors)) {
      const start = file.bytes;
      for await (const piece of tensor.bytes()) await file.append(piece);
      const [written, expected] = [file.bytes - start, byteLength(tensor)];
      if (written !== expected) throw new Error(`${tensor.name}: ${written} bytes written, expected ${expected}`);
      await file.endTensor(checkpointBytes);
    }
    return await file.complete();
  } catch (error) {
    await file?.close();
    if (!resumable) await PartialFile.remove(path);
    throw systemError(error, 'write', path);
  }
}

function byteLength(tensor: Omit<TensorToWrite, 'bytes'>): number {
  return elementCount(tensor.shape) * bytesPerElement[tensor.dtype];
}

/** What comes before the tensors' bytes, which follow in this order without gaps. */
export function safetensorsHeader(
  tensors: readonly Omit<TensorToWrite, 'bytes'>[],
  metadata: Readonly<Record<string, string>>,
): Buffer {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt', ...metadata } };
  let offset = 0;
  for (const tensor of tensors) {
    const end = offset + byteLength(tensor);
    header[tensor.name] = { dtype: codeOfDtype[tensor.dtype], shape: tensor.shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(header));
  // Spaces up to a multiple of 8 keep the data aligned; the format allows them.
  const padded = Math.ceil(json.length / 8) * 8;
  const encoded = Buffer.alloc(8 + padded, ' ');
  encoded.writeBigUInt64LE(BigInt(padded), 0);
  json.copy(encoded, 8);
  return encoded;
}
