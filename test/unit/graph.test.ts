import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WeightSource } from '../../inference/bundle/weights.js';
import { Graph } from '../../inference/graph/graph.js';
import { decodeModel } from '../../inference/graph/onnx.js';
import {
  add,
  concat,
  conv,
  dim,
  floats,
  geluTanh,
  linear,
  reshapeTo,
  scalar,
  slice,
} from '../../inference/graph/ops.js';
import { openSession } from '../../inference/runtime/session.js';
import { float32 } from '../../inference/tensor.js';

/** A folder with one raw file: a [2, 3] fp32 matrix at byte 8 and its fp16 twin at byte 40. */
let folder: string;
let weights: WeightSource;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reelql-graph-'));
  const file = new Uint8Array(64);
  new Float32Array(file.buffer, 8, 6).set([1, 2, 3, 4, 5, 6]);
  new Uint16Array(file.buffer, 40, 6).set([0x3c00, 0x4000, 0x4200, 0x4400, 0x4500, 0x4600]);
  await writeFile(join(folder, 'w.bin'), file);
  const at = (name: string, dtype: 'float32' | 'float16', offset: number, length: number) =>
    [name, { name, dtype, shape: [2, 3], file: 'w.bin', offset, length }] as const;
  weights = { folder, tensors: new Map([at('w', 'float32', 8, 24), at('half', 'float16', 40, 12)]) };
});
afterAll(() => rm(folder, { recursive: true }));

async function evaluate(graph: Graph, x: Float32Array, dims: number[]): Promise<number[]> {
  const session = await openSession(graph, { device: { kind: 'CPU' }, threads: 1 });
  try {
    const { y } = await session.run({ x: float32(x, dims) });
    return [...(y?.data as Float32Array)];
  } finally {
    await session.close();
  }
}

describe('Graph', () => {
  it('writes no name for optional inputs at the end that are left out, and an empty one for those in the middle', () => {
    const graph = new Graph('optional', weights);
    const x = graph.input('x', 'float32', [1, 1, 2, 3]);
    conv(x, graph.weight('w', { shape: [1, 1, 2, 3] }), null);
    graph.node('Resize', [x, null, floats(graph, [1, 1, 2, 2])]);
    const written = decodeModel(graph.encode()).graph.node.map(({ op_type, input }) => [op_type, input.length]);
    expect(written.filter(([type]) => type === 'Conv' || type === 'Resize')).toEqual([
      ['Conv', 2],
      ['Resize', 3],
    ]);
  });

  it.each(['w', 'half'])('reads the weight %s from a byte range of a file, in the compute type', async (name) => {
    const graph = new Graph('linear', weights);
    const x = graph.input('x', 'float32', ['n', 3]);
    graph.output('y', linear(x, graph.weight(name), undefined), ['n', 2]);
    expect(await evaluate(graph, Float32Array.of(1, 0, 0, 1, 1, 1), [2, 3])).toEqual([1, 4, 6, 15]);
  });

  it('declares a stored tensor with another shape of as many elements, and refuses any other', async () => {
    const graph = new Graph('conv', weights);
    const x = graph.input('x', 'float32', [1, 1, 'n']);
    const kernel = graph.weight('w', { shape: [2, 1, 3] });
    graph.output('y', conv(x, kernel, graph.constant(float32(Float32Array.of(0, 10), [2]))), [1, 2, 'm']);
    expect(await evaluate(graph, Float32Array.of(1, 1, 1), [1, 1, 3])).toEqual([6, 25]);
    expect(() => graph.weight('w', { shape: [5] })).toThrow('w has shape [2,3], which cannot be read as [5]');
    expect(() => graph.weight('v')).toThrow('conv: the weights have no tensor v');
  });

  it('chains operators over dimensions known only when it runs', async () => {
    const graph = new Graph('chain', weights);
    const x = graph.input('x', 'float32', ['n', 2]);
    const flat = reshapeTo(x, concat([dim(x, 1), dim(x, 0)], 0));
    graph.output('y', geluTanh(add(slice(flat, 1, 0, -1), scalar(x, 1))), [2, 'm']);
    const result = await evaluate(graph, Float32Array.of(-1, 0, 9, 1, 2, 9), [3, 2]);
    expect(result.map((v) => Number(v.toFixed(4)))).toEqual([0, 0.8412, 1.9546, 2.9964]);
  });
});
