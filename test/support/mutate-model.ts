import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { openWeights } from '../../inference/bundle/open-weights.js';
import { readTensor } from '../../inference/bundle/safetensors.js';
import { writeSafetensors } from '../../inference/bundle/safetensors-writer.js';
import type { Tensor } from '../../inference/tensor.js';
import type { VerifyRow } from '../../inference/verify/compare.js';
import type { Family, VerifyOptions } from '../../inference/verify/verify.js';

const set = fileURLToPath(new URL('../fixtures/wan-micro-set', import.meta.url));
export const microModel = join(set, 'wan-micro');
export const microReference = join(set, 'ref');

export type Weights = Map<string, Tensor>;

/** A plausible mistake in a model's files. */
export interface Mutation {
  readonly name: string;
  /** Which cases should notice. */
  readonly family: Family;
  readonly change: (folder: string) => Promise<void>;
}

/** The rows of a family's cases for the micro model with one mistake in it, as far as the first that notices. */
export async function verifyMutated(
  { family, change }: Mutation,
  verify: (options: VerifyOptions) => AsyncIterable<VerifyRow>,
): Promise<VerifyRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'reelql-mutation-'));
  try {
    await cp(microModel, folder, { recursive: true });
    await change(folder);
    return await untilNoticed(verify({ directory: folder, reference: microReference, only: [family], session }));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Rows as far as the first that differs: the others would say no more. */
export async function untilNoticed(rows: AsyncIterable<VerifyRow>): Promise<VerifyRow[]> {
  const seen: VerifyRow[] = [];
  for await (const row of rows) {
    seen.push(row);
    if (!row.ok) break;
  }
  return seen;
}

/** Some case ran, and some case differs: a family that cannot run at all notices nothing. */
export function expectNoticed(rows: readonly VerifyRow[]): void {
  const crashes = rows.flatMap(({ error }) => (error && !/^\d+ numbers, expected \d+$/.test(error) ? [error] : []));
  expect(crashes).toEqual([]);
  expect(rows.filter((row) => !row.ok).map((row) => row.case)).not.toHaveLength(0);
}

export const session = { device: { kind: 'CPU' }, threads: 1 } as const;

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Changes a component's tensors in its file. */
export const inWeights =
  (component: 'transformer' | 'vae' | 'text_encoder', change: (weights: Weights) => void) => async (folder: string) => {
    const { source, files } = await openWeights(join(folder, component));
    const weights: Weights = new Map();
    for (const name of source.tensors.keys()) weights.set(name, await readTensor(source, name));
    change(weights);
    await writeSafetensors(
      join(source.folder, files[0]?.name as string),
      [...weights].map(([name, { dtype, dims, data }]) => ({
        name,
        dtype,
        shape: dims,
        bytes: () => [new Uint8Array(data.buffer, data.byteOffset, data.byteLength)],
      })),
    );
  };

/** Changes keys of a JSON file. */
export const inJson =
  (file: string, change: (json: Record<string, unknown>) => Record<string, unknown>) => async (folder: string) => {
    const path = join(folder, file);
    const json = JSON.parse(await readFile(path, 'utf8'));
    await writeFile(path, JSON.stringify({ ...json, ...change(json) }));
  };

export function tensor(weights: Weights, name: string): Tensor {
  const found = weights.get(name);
  if (!found) throw new Error(`no tensor ${name} to mutate`);
  return found;
}

export function swap(weights: Weights, a: string, b: string): void {
  const first = tensor(weights, a);
  weights.set(a, tensor(weights, b));
  weights.set(b, first);
}

/** New values; the shape stays. */
export function map(weights: Weights, name: string, change: (value: number, i: number) => number): void {
  const old = tensor(weights, name);
  weights.set(name, { ...old, data: (old.data as Float32Array).map(change) });
}

/** Moves slices along an axis: slice i of the result is slice `from(i)` of the tensor. */
export function permute(weights: Weights, name: string, axis: number, from: (i: number) => number): void {
  const old = tensor(weights, name);
  const size = old.dims[axis] as number;
  const inner = old.dims.slice(axis + 1).reduce((product, dim) => product * dim, 1);
  const seen = new Set(Array.from({ length: size }, (_, i) => from(i)));
  if (seen.size !== size || Math.max(...seen) >= size) throw new Error(`not a permutation of ${size}`);
  const values = old.data as Float32Array;
  const moved = values.map((_, at) => {
    const slice = Math.floor(at / inner) % size;
    return values[at + (from(slice) - slice) * inner] as number;
  });
  weights.set(name, { ...old, data: moved });
}
