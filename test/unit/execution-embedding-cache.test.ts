import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { manifestSchema } from '../../inference/bundle/manifest.js';
import { gaussianNoise } from '../../inference/pipeline/noise.js';
import { EmbeddingCache, embeddingKey } from '../../src/execution/embedding-cache.js';
import { smallManifest } from '../support/small-manifest.js';

const minute = 60_000;
let folder: string;
let now: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reelql-embeddings-'));
  now = Date.parse('2026-01-01');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A file of it takes some 4,200 bytes. */
const embedding = (seed: number) => ({ data: gaussianNoise(seed, 1024), length: 8, dim: 128 });
const cacheOf = (maxBytes?: number) => new EmbeddingCache(folder, maxBytes, () => now);

test('read as written, by another as well', async () => {
  expect(await cacheOf().has('a')).toBe(false);
  expect(await cacheOf().read('a')).toBeNull();
  await cacheOf().write('a', embedding(1));
  expect(await cacheOf().has('a')).toBe(true);
  expect(await cacheOf().read('a')).toEqual(embedding(1));
});

test('a broken file is none, and goes', async () => {
  writeFileSync(join(folder, 'a.safetensors'), 'nonsense');
  expect(await cacheOf().read('a')).toBeNull();
  expect(await cacheOf().has('a')).toBe(false);
});

test('over the bound those go that were asked for longest ago', async () => {
  const cache = cacheOf(20_000);
  for (const [i, key] of ['a', 'b', 'c', 'd'].entries()) {
    await cache.write(key, embedding(i));
    now += 20 * minute;
  }
  expect(readdirSync(folder)).toHaveLength(4);
  await cache.has('a');
  await cache.write('e', embedding(5));
  expect(readdirSync(folder).sort()).toEqual(['a.safetensors', 'd.safetensors', 'e.safetensors']);
});

test('what was asked for in the last ten minutes stays, whatever it takes', async () => {
  const cache = cacheOf(5_000);
  for (const key of ['a', 'b', 'c']) await cache.write(key, embedding(1));
  expect(readdirSync(folder)).toHaveLength(3);
  now += 11 * minute;
  await cache.has('b');
  await cache.prune();
  expect(readdirSync(folder)).toEqual(['b.safetensors']);
});

test('the key is of the text as it is cleaned, the encoder, and the kind of device', () => {
  const manifest = manifestSchema.parse(smallManifest);
  const key = embeddingKey(manifest, 'CPU', 'a red car');
  expect(key).toMatch(/^[0-9a-f]{64}$/);
  expect(embeddingKey(manifest, 'CPU', '  a red\ncar ')).toBe(key);
  expect(embeddingKey(manifest, 'CUDA', 'a red car')).not.toBe(key);
  expect(embeddingKey(manifest, 'CPU', 'a red cat')).not.toBe(key);
  const tokenizer = { ...manifest.tokenizer, sha256: 'f'.repeat(64) };
  expect(embeddingKey({ ...manifest, tokenizer }, 'CPU', 'a red car')).not.toBe(key);
  expect(embeddingKey({ ...manifest, name: 'other' }, 'CPU', 'a red car')).toBe(key);
});
