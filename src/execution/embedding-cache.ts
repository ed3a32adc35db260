import { createHash } from 'node:crypto';
import { rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { componentIdentity } from '../../inference/bundle/identity.js';
import type { Manifest } from '../../inference/bundle/manifest.js';
import type { TextEmbedding } from '../../inference/pipeline/networks.js';
import { cleanPrompt } from '../../inference/tokenizer/text-cleaning.js';
import { pruneFolder } from './bounded-folder.js';
import type { ExecutorDevice } from './protocol.js';
import { readTensorFile, writeTensorFile } from './tensor-file.js';

/** A prompt of the 5B model takes 16 kB a token. */
const defaultMaxBytes = 2 ** 30;

/** What was asked for this recently stays, whatever it takes: somebody is about to read it. */
const graceMs = 10 * 60_000;

/** The name of a prompt's embedding: the same text by the same encoder, which computes in other types on another kind of device. */
export function embeddingKey(manifest: Manifest, kind: ExecutorDevice['kind'], prompt: string): string {
  const facts = [componentIdentity(manifest, 'textEncoder'), kind, cleanPrompt(prompt)];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}

/**
 * Embeddings of prompts as files, for all generations and all processes, bounded as bounded-folder.ts says.
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
    writeTensorFile(this.#path(key), { metadata: {}, tensors });
    await this.has(key); // its time by our clock
    if (this.#bytes === null) await this.prune();
    else this.#bytes += data.byteLength;
    if (this.#bytes !== null && this.#bytes > this.#maxBytes) await this.prune();
  }

  /** Removes what is over the bound. */
  async prune(): Promise<void> {
    this.#bytes = await pruneFolder(this.#folder, { maxBytes: this.#maxBytes, graceMs, now: this.#now });
  }

  #path(key: string): string {
    return join(this.#folder, `${key}.safetensors`);
  }
}
