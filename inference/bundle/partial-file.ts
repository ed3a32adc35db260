import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises';
import { z } from 'zod';
import { writeFileAtomically } from './staging.js';

/** What is on disk for certain: a number of whole tensors, and the hash of the bytes up to there. */
const checkpointSchema = z.object({ tensors: z.number(), bytes: z.number(), sha256: z.string() });
type Checkpoint = z.output<typeof checkpointSchema>;

/**
 * A safetensors file while it is written, under another name, hashed on the way. Every so often what is written is brought to
 * the disk, beside the writing: left to the end that would take as long again, and after a crash a checkpoint is where to go on.
 */
export class PartialFile {
  bytes = 0;
  tensors = 0;
  private synced = 0;
  /** The checkpoint under way. */
  private syncing: Promise<void> = Promise.resolve();

  private constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
    private hash: Hash,
  ) {}

  static async create(path: string): Promise<PartialFile> {
    return new PartialFile(path, await open(partialName(path), 'w'), createHash('sha256'));
  }

  /** What an earlier process left, if it begins with this header and has the hash that was noted; otherwise an empty one. */
  static async resume(path: string, header: Buffer): Promise<PartialFile> {
    const checkpoint = await readCheckpoint(path);
    const handle = checkpoint && (await open(partialName(path), 'r+').catch(() => undefined));
    if (!checkpoint || !handle) return PartialFile.create(path);
    const hash = await hashStart(handle, header, checkpoint.bytes);
    if (hash?.copy().digest('hex') !== checkpoint.sha256) {
      await handle.close();
      return PartialFile.create(path);
    }
    await handle.truncate(checkpoint.bytes);
    const file = new PartialFile(path, handle, hash as Hash);
    file.bytes = file.synced = checkpoint.bytes;
    file.tensors = checkpoint.tensors;
    return file;
  }

  static async remove(path: string): Promise<void> {
    await rm(partialName(path), { force: true });
    await rm(checkpointName(path), { force: true });
  }

  async append(piece: Uint8Array): Promise<void> {
    // The write runs in libuv's pool while this thread hashes.
    const written = writeAll(this.handle, piece, this.bytes);
    this.hash.update(piece);
    await written;
    this.bytes += piece.byteLength;
  }

  /** @param checkpointBytes how much may be on the way to the disk. */
  async endTensor(checkpointBytes: number): Promise<void> {
    this.tensors++;
    if (this.bytes - this.synced < checkpointBytes) return;
    await this.syncing;
    const { bytes, tensors } = this;
    const checkpoint: Checkpoint = { tensors, bytes, sha256: this.hash.copy().digest('hex') };
    this.synced = bytes;
    this.syncing = this.handle
      .datasync()
      .then(() => writeFileAtomically(checkpointName(this.path), JSON.stringify(checkpoint)));
    // Whoever waits for it next gets the error; until then nobody does.
    this.syncing.catch(() => undefined);
  }

  /** Gives the file its name. */
  async complete(): Promise<{ bytes: number; sha256: string }> {
    await this.syncing;
    await this.handle.sync();
    await this.handle.close();
    await rename(partialName(this.path), this.path);
    await rm(checkpointName(this.path), { force: true });
    return { bytes: this.bytes, sha256: this.hash.digest('hex') };
  }

  async close(): Promise<void> {
    await this.syncing.catch(() => undefined);
    await this.handle.close().catch(() => undefined);
  }
}

const partialName = (path: string) => `${path}.partial`;
const checkpointName = (path: string) => `${path}.checkpoint`;

async function readCheckpoint(path: string): Promise<Checkpoint | undefined> {
  const text = await readFile(checkpointName(path), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  return checkpointSchema.parse(JSON.parse(text));
}

/** Of the first bytes of a file; undefined if it is shorter or does not begin with `header`. */
async function hashStart(handle: FileHandle, header: Buffer, bytes: number): Promise<Hash | undefined> {
  const hash = createHash('sha256');
  const piece = Buffer.alloc(4 << 20);
  for (let done = 0; done < bytes; ) {
    const { bytesRead } = await handle.read(piece, 0, Math.min(piece.length, bytes - done), done);
    if (bytesRead === 0) return undefined;
    const found = piece.subarray(0, bytesRead);
    const expected = header.subarray(done, done + bytesRead);
    if (!found.subarray(0, expected.length).equals(expected)) return undefined;
    hash.update(found);
    done += bytesRead;
  }
  return hash;
}

async function writeAll(handle: FileHandle, piece: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < piece.byteLength) {
    const { bytesWritten } = await handle.write(piece, done, piece.byteLength - done, position + done);
    done += bytesWritten;
  }
}
