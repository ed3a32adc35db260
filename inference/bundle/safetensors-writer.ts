import { createHash } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { bytesPerElement, type DType, elementCount } from '../tensor.js';
import { systemError } from './model-error.js';
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

/**
 * Writes a safetensors file, hashing while it writes. The file appears under its name when it is complete and on disk, or not at all.
 * Tensors are written in the order given; keep wide types first, so that every tensor is aligned to its element.
 * @throws ModelError for a full disk or a folder that cannot be written; Error if a tensor gives another number of bytes than its shape takes.
 */
export async function writeSafetensors(
  path: string,
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>> = {},
): Promise<{ bytes: number; sha256: string }> {
  const partial = `${path}.partial`;
  const hash = createHash('sha256');
  let bytes = 0;
  let handle: FileHandle | undefined;
  try {
    handle = await open(partial, 'w');
    const append = async (piece: Uint8Array) => {
      // The write runs in libuv's pool while this thread hashes.
      const written = writeAll(handle as FileHandle, piece);
      hash.update(piece);
      await written;
      bytes += piece.byteLength;
    };
    await append(safetensorsHeader(tensors, metadata));
    for (const tensor of tensors) {
      const start = bytes;
      for await (const piece of tensor.bytes()) await append(piece);
      const expected = byteLength(tensor);
      if (bytes - start !== expected)
        throw new Error(`${tensor.name}: ${bytes - start} bytes written, expected ${expected}`);
    }
    await handle.sync();
    await handle.close();
    handle = undefined;
    await rename(partial, path);
    return { bytes, sha256: hash.digest('hex') };
  } catch (error) {
    await handle?.close().catch(() => undefined);
    await rm(partial, { force: true });
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

async function writeAll(handle: FileHandle, piece: Uint8Array): Promise<void> {
  let done = 0;
  while (done < piece.byteLength) {
    const { bytesWritten } = await handle.write(piece, done, piece.byteLength - done);
    done += bytesWritten;
  }
}
