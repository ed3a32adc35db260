import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSafetensors, readSafetensors, readTensor } from '../../inference/bundle/safetensors.js';
import { writeSafetensors } from '../../inference/bundle/safetensors-writer.js';
import type { DType, Tensor, TensorData } from '../../inference/tensor.js';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reelql-safetensors-'));
  path = join(folder, 'x.safetensors');
});
afterEach(() => rm(folder, { recursive: true }));

const bytesOf = (data: TensorData) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
const tensor = (dtype: DType, data: TensorData, dims = [data.length]): Tensor => ({ dtype, data, dims });
const write = (tensors: Record<string, Tensor>) =>
  writeSafetensors(
    path,
    Object.entries(tensors).map(([name, { dtype, dims, data }]) => ({
      name,
      dtype,
      shape: dims,
      bytes: () => [bytesOf(data)],
    })),
  );

/** A file with the given header over `dataBytes` zeros. */
async function forge(header: unknown, dataBytes = 16, headerBytes?: number): Promise<void> {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(headerBytes ?? json.length));
  await writeFile(path, Buffer.concat([length, json, Buffer.alloc(dataBytes)]));
}
const f32 = (shape: number[], begin: number, end: number) => ({ dtype: 'F32', shape, data_offsets: [begin, end] });

describe('writing and reading', () => {
  it('gives back every type, scalars and empty tensors', async () => {
    const tensors: Record<string, Tensor> = {
      long: tensor('int64', BigInt64Array.of(-1n, 2n ** 60n)),
      wide: tensor('float32', Float32Array.of(1, -2, 3.5, 0, 1e-40, Infinity), [2, 3]),
      scalar: tensor('float32', Float32Array.of(7), []),
      int: tensor('int32', Int32Array.of(-5)),
      half: tensor('float16', Uint16Array.of(0x3c00, 0xc000)),
      brain: tensor('bfloat16', Uint16Array.of(0x3f80)),
      empty: tensor('float32', new Float32Array(0), [0, 4]),
      byte: tensor('uint8', Uint8Array.of(1, 2, 3)),
      truth: tensor('bool', Uint8Array.of(1, 0)),
    };
    const written = await write(tensors);
    const source = await openSafetensors(path);
    expect([...source.tensors.keys()].sort()).toEqual(Object.keys(tensors).sort());
    for (const [name, expected] of Object.entries(tensors)) expect(await readTensor(source, name)).toEqual(expected);
    const file = await readFile(path);
    expect(written).toEqual({ bytes: file.length, sha256: createHash('sha256').update(file).digest('hex') });
  });

  it('leaves nothing behind when the source fails or gives too little', async () => {
    const failing = { name: 'a', dtype: 'float32' as const, shape: [2] };
    const broken = { ...failing, bytes: () => [new Uint8Array(4)] };
    await expect(writeSafetensors(path, [broken])).rejects.toThrow('a: 4 bytes written, expected 8');
    const thrower = {
      ...failing,
      *bytes(): Generator<Uint8Array> {
        throw new Error('source broke');
      },
    };
    await expect(writeSafetensors(path, [thrower])).rejects.toThrow('source broke');
    expect(await readdir(folder)).toEqual([]);
  });

  it('says so when the folder does not exist or the disk is full', async () => {
    await expect(writeSafetensors(join(folder, 'no/x'), [])).rejects.toThrow(/Cannot write .*no.x: it does not exist/);
    // A device that is always full: what a full disk answers, on any Linux.
    await expect(
      import('../../inference/bundle/model-error.js').then(async ({ systemError }) => {
        try {
          await writeFile('/dev/full', Buffer.alloc(1));
        } catch (error) {
          throw systemError(error, 'write', '/models/x');
        }
      }),
    ).rejects.toMatchObject({ code: 'DISK_FULL', message: 'Cannot write /models/x: no space is left on the disk' });
  });
});

describe('a broken file is refused with one sentence', () => {
  it.each([
    ['too short for a length', () => writeFile(path, 'abc'), 'has at least 8 bytes, this one has 3'],
    [
      'random bytes',
      () => writeFile(path, Buffer.alloc(64, 0xaa)),
      'not a safetensors file: its first 8 bytes give a header of',
    ],
    [
      'cut inside of the header',
      () => forge({ a: f32([4], 0, 16) }, 0, 5000),
      'truncated: the header needs 5008 bytes, the file has',
    ],
    ['a header that is not JSON', () => forge('{"a":'), 'its header is not JSON'],
    ['a header that is a list', () => forge([]), 'its header is not a JSON object'],
    [
      'an entry without offsets',
      () => forge({ a: { dtype: 'F32', shape: [1] } }),
      'tensor a: the header has no valid dtype, shape and data_offsets',
    ],
    ['a negative dimension', () => forge({ a: f32([-1], 0, 4) }), 'tensor a: the header has no valid'],
    [
      'an unknown dtype',
      () => forge({ a: { ...f32([4], 0, 16), dtype: 'F8_E5M2' } }),
      'tensor a has dtype F8_E5M2, expected one of F32, F16',
    ],
    ['a wrong length', () => forge({ a: f32([3], 0, 16) }), 'tensor a: F32 [3] takes 12 bytes, the header gives 16'],
    [
      'a tensor beyond the end',
      () => forge({ a: f32([8], 0, 32) }),
      /truncated: tensor a ends at byte \d+, the file has \d+/,
    ],
    ['overlapping tensors', () => forge({ a: f32([2], 0, 8), b: f32([2], 4, 12) }), 'tensors a and b overlap'],
  ] as const)('%s', async (_name, make, message) => {
    await make();
    await expect(readSafetensors(path)).rejects.toThrow(message);
    await expect(readSafetensors(path)).rejects.toThrow(path);
  });

  it('a file that was cut after it was written', async () => {
    const { bytes } = await write({ a: tensor('float32', new Float32Array(100)) });
    const source = await openSafetensors(path);
    await truncate(path, bytes - 1);
    await expect(readTensor(source, 'a')).rejects.toThrow(/x.safetensors: ended at byte/);
    await expect(readSafetensors(path)).rejects.toThrow(
      `${path}: truncated: tensor a ends at byte ${bytes}, the file has ${bytes - 1}`,
    );
  });

  it('a missing file and a missing tensor', async () => {
    await expect(readSafetensors(path)).rejects.toThrow(`Cannot read ${path}: it does not exist`);
    await write({ a: tensor('float32', new Float32Array(1)) });
    await expect(readTensor(await openSafetensors(path), 'b')).rejects.toThrow(`${folder} has no tensor b`);
  });
});
