import { createHash } from 'node:crypto';
import { readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { componentIdentity } from '../../inference/bundle/identity.js';
import type { Manifest } from '../../inference/bundle/manifest.js';
import type { TextEmbedding } from '../../inference/pipeline/networks.js';
import { cleanPrompt } from '../../inference/tokenizer/text-cleaning.js';
import type { ExecutorDevice } from './protocol.js';
import { readTensorFile, writeTensorFile } from './tensor-file.js';

/** A prompt of the 5B model takes 16 kB a token. */
const defaultMaxBytes = 2 ** 30;

/** What was asked for this recently stays, whatever it takes: somebody is about to read it. */
const graceMs = 10 * 60_000;

/** The part that is left of the bound when it is reached, so that not every write has to look at all files. */
const keptPart = 3 / 4;

/** The name of a prompt's embedding: the same text by the same encoder, which computes in other types on another kind of device. */
export function embeddingKey(manifest: Manifest, kind: ExecutorDevice['kind'], prompt: string): string {
  const facts = [componentIdentity(manifest, 'textEncoder'), kind, cleanPrompt(prompt)];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}

/**
 * Embeddings of prompts as files, for all generations and all processes. What is used least recently goes first when they take
 * more than the bound; the time of use is the file's time of modification.
 */
export class EmbeddingCache {
  readonly #folder: string;
  readonly #maxBytes: number;
  readonly #now: () => number;
  /** What this process believes to be in the folder; unknown before the first write. Others write too, hence an estimate. */
  #bytes: number | null = null;

  constructor(folder: string, maxBytes = defaultMaxBytes, now: () => number = Date.now) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
    this.#now = now;
  }

  /** Whether it is there, and if so, keeps it there for ten minutes at least. */
  async has(key: string): Promise<boolean> {
    const seconds = this.#now() / 1000;
    return utimes(this.#path(key), seconds, seconds).then(
      () => true,
      () => false,
    );
  }

  /** Null if it is not there. A broken file is removed. */
  async read(key: string): Promise<TextEmbedding | null> {
    if (!(await this.has(key))) return null;
    const { data, dims } = (await readTensorFile(this.#path(key)))?.tensors.embedding ?? {};
    const [length, dim] = dims ?? [];
    if (data && length !== undefined && dim !== undefined) return { data, length, dim };
    await rm(this.#path(key), { force: true });
    return null;
  }

  /** @throws WorkFileError */
  async write(key: string, { data, length, dim }: TextEmbedding): Promise<void> {
    const tensors = { embedding: { dims: [length, dim], data } };
    await writeTensorFile(this.#path(key), { metadata: {}, tensors });
    await this.has(key); // its time by our clock
    if (this.#bytes === null) await this.prune();
    else this.#bytes += data.byteLength;
    if (this.#bytes !== null && this.#bytes > this.#maxBytes) await this.prune();
  }

  /** Removes what is over the bound. */
  async prune(): Promise<void> {
    const names = await readdir(this.#folder);
    const files = (await Promise.all(names.map((name) => entryOf(join(this.#folder, name))))).filter(
      (file) => file !== null,
    );
    let bytes = files.reduce((sum, file) => sum + file.size, 0);
    if (bytes > this.#maxBytes) {
      const idle = files.filter(({ mtimeMs }) => this.#now() - mtimeMs > graceMs);
      for (const { path, size } of idle.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
        if (bytes <= keptPart * this.#maxBytes) break;
        await rm(path, { force: true });
        bytes -= size;
      }
    }
    this.#bytes = bytes;
  }

  #path(key: string): string {
    return join(this.#folder, `${key}.safetensors`);
  }
}

/** Null if another process has removed it meanwhile. */
async function entryOf(path: string): Promise<{ path: string; size: number; mtimeMs: number } | null> {
  return stat(path).then(
    ({ size, mtimeMs }) => ({ path, size, mtimeMs }),
    () => null,
  );
}
