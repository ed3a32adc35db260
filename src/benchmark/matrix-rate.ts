import { Graph, type Value } from '../../inference/graph/graph.js';
import * as op from '../../inference/graph/ops.js';
import { openSession, type SessionOptions } from '../../inference/runtime/session.js';
import { type DType, float32 } from '../../inference/tensor.js';
import { median } from './measurement.js';

/**
 * Operations a second of a device in large matrix products, through the same library as the networks: what its arithmetic is worth,
 * as opposed to what its datasheet says. The difference of two chains of products, so that all around them cancels out.
 * @param size of the square matrices.
 */
export async function matrixRate(session: SessionOptions, size = 8192): Promise<number> {
  const compute = session.device.kind === 'CUDA' ? 'float16' : 'float32';
  const [few, many] = [2, 18];
  const shorter = await secondsOf(chain(size, few, compute), size, session);
  const longer = await secondsOf(chain(size, many, compute), size, session);
  return ((many - few) * 2 * size ** 3) / (longer - shorter);
}

/** x ← x·M over and over; M is made on the device out of two vectors, of numbers without a pattern about as large as normal ones. */
function chain(size: number, products: number, compute: DType): Graph {
  const g = new Graph('products', { folder: process.cwd(), tensors: new Map() }, compute);
  const column = g.input('column', 'float32', [size, 1]);
  const row = g.input('row', 'float32', [1, size]);
  const sine = (x: Value) => g.node('Sin', [x]);
  const matrix = op.cast(sine(op.mul(column, row)), compute);
  let x = matrix;
  // Entries of 1/√2 on average: √(2 / size) keeps the products as large as what goes in.
  for (let i = 0; i < products; i++) x = op.fusedMatmul(x, matrix, { alpha: Math.sqrt(2 / size) });
  g.output('last', op.cast(op.slice(op.slice(x, 0, 0, 1), 1, 0, 1), 'float32'), [1, 1]);
  return g;
}

async function secondsOf(graph: Graph, size: number, options: SessionOptions): Promise<number> {
  const session = await openSession(graph, options);
  try {
    const numbers = (scale: number) => Float32Array.from({ length: size }, (_, i) => scale * ((i * 0.618034) % 1) + i);
    const feeds = { column: float32(numbers(3), [size, 1]), row: float32(numbers(5), [1, size]) };
    const seconds: number[] = [];
    await session.run(feeds);
    for (let i = 0; i < 5; i++) {
      const started = performance.now();
      await session.run(feeds);
      seconds.push((performance.now() - started) / 1000);
    }
    return median(seconds);
  } finally {
    await session.close();
  }
}
