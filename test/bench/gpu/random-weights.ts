import { type FileHandle, mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ComponentName } from '../../../inference/bundle/manifest.js';
import { safetensorsHeader } from '../../../inference/bundle/safetensors-writer.js';
import { scalesOfRows, toEightBits } from '../../../inference/eight-bits.js';
import { floatToBfloat, floatToHalf } from '../../../inference/half.js';
import { bytesPerElement, elementCount } from '../../../inference/tensor.js';
import { seededRandom } from '../../support/random.js';

type Float = 'float32' | 'float16' | 'bfloat16' | 'float8e4m3fn';

export interface RandomTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: Float;
  /** Of the normal distribution that its numbers are drawn from. */
  readonly mean: number;
  readonly deviation: number;
}

/** A prime: where the numbers begin again, they never do so at the same column of a matrix. */
const blockLength = 262_139;

let normals: Float32Array | undefined;
const blocks = new Map<string, Uint8Array>();

/**
 * How far a network's weights are spread, so that activations stay about as large as they come in: 1/√(inputs) for layers,
 * norms near 1, small biases. T5 has the factor of its attention in the query's weights; diffusers starts modulation at 1/√width.
 */
export function spread(component: ComponentName, name: string, shape: readonly number[], headDim: number) {
  if (/(norm\w*|norm_[qk])\.(weight|gamma)$|\.gamma$/.test(name)) return { mean: 1, deviation: 0.05 };
  if (name.endsWith('.bias')) return { mean: 0, deviation: 0.02 };
  if (name.endsWith('scale_shift_table')) return { mean: 0, deviation: 1 / Math.sqrt(shape.at(-1) as number) };
  if (name === 'shared.weight' || name.includes('relative_attention_bias')) return { mean: 0, deviation: 1 };
  // Random pixels are noise, on which encoding takes ten times as long as on pictures: let it be faint.
  const last = name === 'decoder.conv_out.weight' ? 0.02 : 1;
  const inputs = elementCount(shape) / (shape[0] as number);
  const scale = component === 'textEncoder' && name.endsWith('.q.weight') ? headDim : 1;
  return { mean: 0, deviation: last / Math.sqrt(inputs * scale) };
}

/**
 * Writes tensors as diffusers does: one file, or shards of at most so many bytes with an index, all shards at the same time.
 * One block of normal numbers is written again and again, from another place of it for every tensor: what the numbers are does
 * not matter, that they are different and of the right size does.
 * @param base `model` or `diffusion_pytorch_model`
 */
export async function writeRandomWeights(
  folder: string,
  base: string,
  tensors: readonly RandomTensor[],
  shardBytes: number,
): Promise<number> {
  const shards = intoShards(tensors, shardBytes);
  const nameOf = (i: number) =>
    shards.length === 1
      ? `${base}.safetensors`
      : `${base}-${String(i + 1).padStart(5, '0')}-of-${String(shards.length).padStart(5, '0')}.safetensors`;
  await mkdir(folder, { recursive: true });
  const sizes = await Promise.all(shards.map((shard, i) => writeShard(join(folder, nameOf(i)), shard)));
  if (shards.length > 1) {
    const total = tensors.reduce((sum, tensor) => sum + bytesOf(tensor), 0);
    const map = Object.fromEntries(shards.flatMap((shard, i) => shard.map(({ name }) => [name, nameOf(i)])));
    const index = { metadata: { total_size: total }, weight_map: map };
    await writeFile(join(folder, `${base}.safetensors.index.json`), JSON.stringify(index, null, 2));
  }
  return sizes.reduce((sum, size) => sum + size, 0);
}

function intoShards(tensors: readonly RandomTensor[], shardBytes: number): RandomTensor[][] {
  const shards: RandomTensor[][] = [];
  let room = 0;
  for (const tensor of tensors) {
    if (bytesOf(tensor) > room || shards.length === 0) {
      shards.push([]);
      room = shardBytes;
    }
    shards.at(-1)?.push(tensor);
    room -= bytesOf(tensor);
  }
  return shards;
}

async function writeShard(path: string, tensors: readonly RandomTensor[]): Promise<number> {
  // Wide types first, so that every tensor is aligned to its element.
  const ordered = [...tensors].sort((a, b) => bytesPerElement[b.dtype] - bytesPerElement[a.dtype]);
  const handle = await open(path, 'w');
  try {
    const header = safetensorsHeader(ordered, {});
    await writeAll(handle, header);
    for (const tensor of ordered) await writeTensor(handle, tensor);
    return header.length + ordered.reduce((sum, tensor) => sum + bytesOf(tensor), 0);
  } finally {
    await handle.close();
  }
}

async function writeTensor(handle: FileHandle, tensor: RandomTensor): Promise<void> {
  const block = blockOf(tensor);
  let start = (placeOf(tensor.name) % blockLength) * bytesPerElement[tensor.dtype];
  for (let left = bytesOf(tensor); left > 0; ) {
    const piece = block.subarray(start, start + left);
    await writeAll(handle, piece);
    left -= piece.length;
    start = 0;
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await handle.write(bytes, done, bytes.length - done)).bytesWritten;
  }
}

const bytesOf = ({ shape, dtype }: RandomTensor): number => elementCount(shape) * bytesPerElement[dtype];

/** The block in a type and spread; some twenty occur. */
function blockOf({ dtype, mean, deviation }: RandomTensor): Uint8Array {
  const key = `${dtype} ${mean} ${deviation}`;
  const known = blocks.get(key);
  if (known) return known;
  const numbers = standardNormals().map((number) => mean + deviation * number);
  const converted = {
    float32: () => numbers,
    float16: () => floatToHalf(numbers),
    bfloat16: () => floatToBfloat(numbers),
    float8e4m3fn: () => toEightBits(numbers, Float32Array.of(eightBitScale(deviation))),
  };
  const block = new Uint8Array(converted[dtype]().buffer);
  blocks.set(key, block);
  return block;
}

/** Of all rows of a matrix in 8 bits. */
export function eightBitScale(deviation: number): number {
  return (scalesOfRows(standardNormals(), blockLength)[0] as number) * deviation;
}

function standardNormals(): Float32Array {
  normals ??= normalNumbers(blockLength);
  return normals;
}

/** After Box and Muller. */
function normalNumbers(count: number): Float32Array {
  const random = seededRandom(1);
  return Float32Array.from(
    { length: count },
    () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
  );
}

/** A number out of a name (FNV-1a). */
function placeOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const character of name) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0;
  return hash;
}
