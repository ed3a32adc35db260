import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { openWeights } from '../../inference/bundle/open-weights.js';
import { openSafetensors, readTensor } from '../../inference/bundle/safetensors.js';
import type { WeightSource } from '../../inference/bundle/weights.js';
import type { Tensor } from '../../inference/tensor.js';

/** The micro model and the tensors that diffusers computed from it, in test/fixtures. */
const root = fileURLToPath(new URL('../fixtures/wan-micro-set', import.meta.url));

/** How far two results may lie apart: both limits have to hold. */
export interface Limits {
  readonly max_abs: number;
  readonly rel_l2: number;
}

export interface Tolerances {
  readonly text_encoder: Limits;
  readonly transformer: Limits;
  readonly vae_decode: Limits;
  readonly vae_encode: Limits;
  readonly scheduler_trajectories: Limits;
  readonly e2e_latents: Limits;
  readonly e2e_frames: Limits;
  readonly 'bf16_or_fp16_weights_against_the_matching_reduced_precision_reference (fp32 compute)': Limits;
}

/** The limits that the fixtures' manifest suggests. */
export async function tolerances(): Promise<Tolerances> {
  return (await readJson('manifest.json')).suggested_tolerances;
}

export async function readJson(path: string): Promise<any> {
  return JSON.parse(await readFile(join(root, path), 'utf8'));
}

/** All tensors of a reference file, by name. */
export async function readReference(path: string): Promise<Map<string, Tensor>> {
  const source = await openSafetensors(join(root, 'ref', path));
  const tensors = new Map<string, Tensor>();
  for (const name of source.tensors.keys()) tensors.set(name, await readTensor(source, name));
  return tensors;
}

export function floats(tensors: ReadonlyMap<string, Tensor>, name: string): Float32Array {
  const tensor = tensors.get(name);
  if (tensor?.dtype === 'float32') return tensor.data as Float32Array;
  if (tensor?.dtype === 'int64') return Float32Array.from(tensor.data as BigInt64Array, Number);
  throw new Error(`the reference has no numbers named ${name}`);
}

export function shape(tensors: ReadonlyMap<string, Tensor>, name: string): number[] {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`the reference has no tensor ${name}`);
  return [...tensor.dims];
}

/** Item `i` of the first axis. */
export function item(tensors: ReadonlyMap<string, Tensor>, name: string, i: number): Float32Array {
  const data = floats(tensors, name);
  const size = data.length / (shape(tensors, name)[0] as number);
  return data.slice(i * size, (i + 1) * size);
}

export async function component(folder: string): Promise<{ weights: WeightSource; config: unknown }> {
  const { source } = await openWeights(join(root, folder));
  return { weights: source, config: await readJson(`${folder}/config.json`) };
}

export function distance(actual: Float32Array, expected: Float32Array): Limits {
  if (actual.length !== expected.length) throw new Error(`${actual.length} numbers where ${expected.length} belong`);
  let worst = 0;
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < actual.length; i++) {
    const d = (actual[i] as number) - (expected[i] as number);
    worst = Math.max(worst, Math.abs(d));
    if (Number.isNaN(d)) worst = NaN;
    difference += d * d;
    norm += (expected[i] as number) ** 2;
  }
  return { max_abs: worst, rel_l2: Math.sqrt(difference / norm) };
}

export function expectWithin(actual: Float32Array, expected: Float32Array, limits: Limits): void {
  const found = distance(actual, expected);
  if (process.env.SHOW_DISTANCES) console.log(expect.getState().currentTestName, found);
  expect(found.max_abs).toBeLessThanOrEqual(limits.max_abs);
  expect(found.rel_l2).toBeLessThanOrEqual(limits.rel_l2);
}
