import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { WeightSource } from '../../inference/bundle/weights.js';
import { Graph } from '../../inference/graph/graph.js';
import * as op from '../../inference/graph/ops.js';
import { liveHandles } from '../../inference/runtime/native/handle.js';
import { OrtLibrary } from '../../inference/runtime/native/library.js';
import { type Feeds, openSession, type RunOptions, type Session } from '../../inference/runtime/session.js';
import { float32, int64 } from '../../inference/tensor.js';
import { describeFailure } from '../../src/execution/unit-failure.js';

const noWeights: WeightSource = { folder: '/', tensors: new Map() };
const cpu = { device: { kind: 'CPU' }, threads: 1, memoryPattern: false, binding: 'native' } as const;

const opened: Session[] = [];
async function open(graph: Pick<Graph, 'encode' | 'weights'>): Promise<Session> {
  const session = await openSession(graph, cpu);
  opened.push(session);
  return session;
}
afterEach(async () => {
  for (const session of opened.splice(0)) await session.close();
  // Sessions, options, values, bindings: all of them released, whatever the test did.
  expect(liveHandles()).toBe(0);
});

/** a, b of [n] → their sum and their product. */
function arithmetic(n: number | string = 'n'): Graph {
  const g = new Graph('arithmetic', noWeights);
  const [a, b] = [g.input('a', 'float32', [n]), g.input('b', 'float32', [n])];
  g.output('sum', op.add(a, b), [n]);
  g.output('product', op.mul(a, b), [n]);
  return g;
}
const vector = (...numbers: number[]) => float32(Float32Array.from(numbers), [numbers.length]);

describe('a session through the C API', () => {
  it('computes, and its results are the caller’s', async () => {
    const session = await open(arithmetic());
    const { sum, product } = await session.run({ a: vector(1, 2, 3), b: vector(4, 5, 6) });
    await session.run({ a: vector(0, 0, 0), b: vector(0, 0, 0) });
    expect(sum).toEqual(vector(5, 7, 9));
    expect(product).toEqual(vector(4, 10, 18));
  });

  it('writes to what it is given, and refuses what is of another size', async () => {
    const session = await open(arithmetic());
    const sum = vector(0, 0, 0);
    const feeds = { a: vector(1, 2, 3), b: vector(4, 5, 6) };
    const results = await session.run(feeds, { into: { sum } });
    expect(results.sum).toBe(sum);
    expect(results).toEqual({ sum: vector(5, 7, 9), product: vector(4, 10, 18) });
    await expect(session.run(feeds, { into: { sum: vector(0, 0) } })).rejects.toThrow();
    expect(await session.run(feeds)).toEqual(results);
  });

  it('is sent what many runs share once, and something else when they share something else', async () => {
    const session = await open(arithmetic());
    const constants = { a: vector(1, 2) };
    const sums = async (feeds: Feeds, options: RunOptions) => (await session.run(feeds, options)).sum?.data;
    for (const b of [3, 5]) {
      expect(await sums({ b: vector(b, b) }, { constants })).toEqual(Float32Array.of(1 + b, 2 + b));
    }
    expect(await sums({ b: vector(1, 1) }, { constants: { a: vector(7, 8) } })).toEqual(Float32Array.of(8, 9));
    await expect(session.run({ b: vector(1, 1) }, { constants: { c: vector(7, 8) } })).rejects.toThrow();
    expect(await sums({ a: vector(0, 0), b: vector(1, 1) }, {})).toEqual(Float32Array.of(1, 1));
    expect(await sums({ b: vector(3, 3) }, { constants })).toEqual(Float32Array.of(4, 5));
  });

  it('takes and gives every type, and empty tensors', async () => {
    const g = new Graph('types', noWeights);
    const x = g.input('x', 'int64', ['n']);
    const types = ['float32', 'float16', 'int64', 'int32', 'uint8', 'bool'] as const;
    for (const dtype of types) g.output(dtype, g.cast(x, dtype), ['n']);
    const session = await open(g);
    const results = await session.run({ x: int64([0, 1, 2]) });
    for (const dtype of types) expect(results[dtype]).toMatchObject({ dtype, dims: [3] });
    expect(Array.from(results.int32?.data ?? [], Number)).toEqual([0, 1, 2]);
    expect(Array.from(results.bool?.data ?? [], Number)).toEqual([0, 1, 1]);
    expect(results.float16?.data).toEqual(Uint16Array.of(0, 0x3c00, 0x4000));
    expect((await session.run({ x: int64([]) })).float32).toEqual(float32(new Float32Array(0), [0]));
  });

  it('keeps results for a later run, of another session too', async () => {
    const [first, second] = [await open(arithmetic()), await open(arithmetic())];
    const { tensors, kept } = await first.runKeeping({ a: vector(1, 2), b: vector(3, 4) }, (name) => name === 'sum');
    expect(tensors).toEqual({ product: vector(3, 8) });
    const { sum } = kept as { sum: { release(): void } };
    const again = await second.run({ a: sum, b: sum });
    expect(again.sum).toEqual(vector(8, 12));
    sum.release();
    await expect(second.run({ a: sum, b: sum })).rejects.toThrow('used after ReleaseValue');
    expect(() => sum.release()).toThrow('used after ReleaseValue');
  });

  it('writes a result over the tensor that it was made of', async () => {
    const g = new Graph('last two', noWeights);
    const seen = op.concat([g.input('before', 'float32', [2]), g.input('x', 'float32', ['n'])], 0);
    g.output('last', op.slice(seen, 0, -2, Number.MAX_SAFE_INTEGER), [2]);
    const session = await open(g);
    const { kept } = await session.runKeeping({ before: vector(1, 2), x: vector(3) }, () => true);
    const { last } = kept as { last: { release(): void } };
    const again = await session.runKeeping({ before: last, x: vector(4) }, () => last);
    expect(again.kept.last).toBe(last);
    expect((await session.run({ before: last, x: vector(5) })).last).toEqual(vector(4, 5));
    expect((await session.run({ before: last, x: vector() })).last).toEqual(vector(3, 4));
    last.release();
  });

  it('runs one thing at a time, and closes after it', async () => {
    const session = await openSession(arithmetic(), cpu);
    const results = [1, 2, 3].map((a) => session.run({ a: vector(a), b: vector(1) }));
    await session.close();
    expect((await Promise.all(results)).map(({ sum }) => sum?.data[0])).toEqual([2, 3, 4]);
  });

  it('leaves the event loop free while it computes', async () => {
    const n = 768;
    const g = new Graph('matrices', noWeights);
    const x = g.input('x', 'float32', [n, n]);
    let y = x;
    for (let i = 0; i < 8; i++) y = op.fusedMatmul(y, x, {});
    g.output('y', y, [n, n]);
    const session = await open(g);
    let turns = 0;
    let running = true;
    const turn = () => {
      turns++;
      if (running) setImmediate(turn);
    };
    setImmediate(turn);
    await session.run({ x: float32(new Float32Array(n * n), [n, n]) });
    running = false;
    expect(turns).toBeGreaterThan(100);
  });
});

describe('what fails through the C API', () => {
  it.each([
    ['an input is missing', { a: vector(1) }, /b/],
    ['an input has a name that the graph has not', { a: vector(1), b: vector(1), c: vector(1) }, /\bc\b/],
    ['a shape is wrong', { a: vector(1, 2), b: vector(1) }, /a.*Got: 2 Expected: 1/s],
    ['a type is wrong', { a: int64([1]), b: vector(1) }, /int64.*float/s],
    [
      'there are fewer numbers than the shape says',
      { a: float32(new Float32Array(0), [1]), b: vector(1) },
      /a has 0 numbers where \[1\]/,
    ],
  ])('says so: %s', async (_, feeds, message) => {
    const session = await open(arithmetic(1));
    await expect(session.run(feeds)).rejects.toThrow(message);
    expect((await session.run({ a: vector(1), b: vector(2) })).sum).toEqual(vector(3));
  });

  it('says what is wrong with a graph', async () => {
    const broken = { encode: () => Uint8Array.of(1, 2, 3), weights: noWeights };
    await expect(openSession(broken, cpu)).rejects.toThrow(/protobuf/i);
  });

  it('says that weights are missing', async () => {
    const location = { name: 'w', file: 'absent.bin', dtype: 'float32', shape: [2], offset: 0, length: 8 } as const;
    const g = new Graph('absent', {
      folder: join(import.meta.dirname, 'nowhere'),
      tensors: new Map([['w', location]]),
    });
    g.output('y', op.add(g.input('x', 'float32', [2]), g.weight('w')), [2]);
    await expect(openSession(g, cpu)).rejects.toThrow(/absent\.bin/);
  });

  it('is recognised where memory runs out', async () => {
    const g = new Graph('large', noWeights);
    g.output('y', op.expandTo(g.input('x', 'float32', [1]), g.input('size', 'int64', [1])), ['n']);
    const session = await open(g);
    const error = await session.run({ x: vector(1), size: int64([2 ** 46]) }).catch((reason: unknown) => reason);
    const unit = { kind: 'step', generationIds: [], checkpoint: [] } as const;
    expect(describeFailure(error, unit).code).toBe('OUT_OF_MEMORY');
  });

  it('names CUDA where it is not there', async () => {
    const cuda = { device: { kind: 'CUDA', deviceId: 0 } } as const;
    const session = await openSession(arithmetic(), cuda).catch((error: Error) => error);
    if (session instanceof Error) expect(session.message).toMatch(/libonnxruntime_providers|CUDA/);
    else opened.push(session);
  });

  it('another version of the library is not touched', () => {
    expect(() => OrtLibrary.load('1.28.0')).toThrow('ONNX Runtime is 1.29.0, not 1.28.0');
  });
});

it('holds no more memory after many runs and sessions', async () => {
  const n = 2 ** 20; // 4 MB a tensor
  const [a, b] = [new Float32Array(n), new Float32Array(n)];
  const round = async () => {
    const session = await openSession(arithmetic(), cpu);
    for (let i = 0; i < 10; i++) {
      const feeds = { a: float32(a, [n]), b: float32(b, [n]) };
      const { kept } = await session.runKeeping(feeds, (name) => name === 'sum');
      for (const tensor of Object.values(kept)) tensor.release();
    }
    await session.close();
  };
  for (let i = 0; i < 5; i++) await round();
  const before = process.memoryUsage.rss();
  for (let i = 0; i < 20; i++) await round();
  // 200 runs with 8 MB of results each: what leaked would be 800 MB or more.
  expect(process.memoryUsage.rss() - before).toBeLessThan(300e6);
});
