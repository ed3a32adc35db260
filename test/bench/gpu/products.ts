/**
 * One layer's product in 8 bits by every way, beside fp16's: seconds and how far a part of the result lies from one calculated here in
 * double. `exact`: from the product of the same 8 bits; `whole`: from that of the numbers before they were rounded to 8 bits. In fp16 also
 * with bias and GELU, in a kernel of their own (`gelu`) and inside of the product (`geluInside`); `bend`: of the results below 0, where
 * GELU's two forms lie 2e-3 apart.
 *
 *     node dist/test/bench/gpu/products.js [--device cuda-0] [--shapes 6240x3072x3072,…] [--ways half,scaledInside,…]
 *
 * A shape is tokens x inputs x outputs, and a process of its own.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openSafetensors } from '../../../inference/bundle/safetensors.js';
import { writeSafetensors } from '../../../inference/bundle/safetensors-writer.js';
import type { TensorLocation, WeightSource } from '../../../inference/bundle/weights.js';
import { scalesOfRows } from '../../../inference/eight-bits.js';
import {
  biasGelu,
  eightBitProduct,
  eightBitWays,
  geluProduct,
  quantizeRows,
} from '../../../inference/graph/fused-ops.js';
import { Graph, type Value } from '../../../inference/graph/graph.js';
import { linear } from '../../../inference/graph/ops.js';
import { halfToFloat } from '../../../inference/half.js';
import { withFusedOperators } from '../../../inference/runtime/fused-operators.js';
import { type KeptTensor, openSession, type SessionOptions } from '../../../inference/runtime/session.js';
import type { Tensor } from '../../../inference/tensor.js';
import { deviceOf } from './device.js';
import { eightBitsOf, expectedGelu, expectedPart, type Layer, randomLayer } from './random-layer.js';
import { relativeDistance } from './relative-distance.js';

/** In fp16. */
const halfWays: Readonly<Record<string, (x: Value, w: Value, bias: Value) => Value>> = {
  half: (x, w) => linear(x, w),
  gelu: (x, w, bias) => biasGelu(linear(x, w), bias),
  geluInside: geluProduct,
};
const ways = [
  ...Object.keys(halfWays),
  'quantize',
  ...eightBitWays.flatMap((way) => (way === 'inHalf' ? [way] : [`${way}+fast`, way])),
];

const { values } = parseArgs({
  options: {
    device: { type: 'string', default: 'cuda-0' },
    shapes: {
      type: 'string',
      default: '6240x3072x3072,6240x3072x14336,6240x14336x3072,34x3072x3072,37x96x192,5x256x896,13x24x40',
    },
    ways: { type: 'string', default: ways.join() },
    /** For itself: the one shape to measure. */
    shape: { type: 'string' },
  },
});

const options: SessionOptions = { device: deviceOf(values.device) };
/** Products in one run, each with weights of its own: ONNX Runtime does one of two that are the same. */
const copies = 8;

/** The layer's matrix in both forms, in one file. */
async function writeLayer(folder: string, { w, bias, inputs, outputs }: Layer): Promise<WeightSource> {
  const path = join(folder, 'layer.safetensors');
  const scales = scalesOfRows(w.floats, inputs);
  const shape = [outputs, inputs];
  await writeSafetensors(path, [
    { name: 'scale', dtype: 'float32', shape: [outputs], bytes: () => [new Uint8Array(scales.buffer)] },
    { name: 'bias', dtype: 'float16', shape: [outputs], bytes: () => [new Uint8Array(bias.half.buffer)] },
    { name: 'half', dtype: 'float16', shape, bytes: () => [new Uint8Array(w.half.buffer)] },
    { name: 'eight', dtype: 'float8e4m3fn', shape, bytes: () => [eightBitsOf(w.floats, inputs)] },
  ]);
  const { tensors } = await openSafetensors(path);
  const copied = ['half', 'eight'].flatMap((name) =>
    Array.from({ length: copies }, (_, i): [string, TensorLocation] => {
      const copy = `${name}${i}`;
      return [copy, { ...(tensors.get(name) as TensorLocation), name: copy }];
    }),
  );
  return { folder, tensors: new Map([...tensors, ...copied]) };
}

function graphOf(weights: WeightSource, { tokens, inputs, outputs }: Layer, way: string): Graph {
  const g = new Graph('layer', weights, 'float16');
  const x = g.input('x', 'float16', [tokens, inputs]);
  const half = halfWays[way];
  const [name, fast] = way.split('+') as [(typeof eightBitWays)[number], string | undefined];
  const rows = half || way === 'quantize' ? undefined : quantizeRows(x);
  for (let i = 0; i < copies; i++) {
    if (way === 'quantize') {
      g.output(`y${i}`, quantizeRows(x).scale, [tokens]);
      continue;
    }
    const w = g.weight(`${rows ? 'eight' : 'half'}${i}`, { as: 'stored' });
    const y = rows
      ? eightBitProduct(rows, w, g.weight('scale', { as: 'float32' }), { fast: fast !== undefined, way: name })
      : half?.(x, w, g.weight('bias'));
    g.output(`y${i}`, y as Value, [tokens, outputs]);
  }
  return g;
}

async function measure(shape: string): Promise<void> {
  const [tokens = 0, inputs = 0, outputs = 0] = shape.split('x').map(Number);
  const layer = randomLayer(tokens, inputs, outputs);
  const expected = expectedPart(layer);
  const folder = await mkdtemp(join(tmpdir(), 'reelql-products-'));
  try {
    const weights = await writeLayer(folder, layer);
    const x = await onDevice(layer);
    for (const way of values.ways.split(',')) {
      const line = await measureWay(graphOf(weights, layer, way), x, layer, way, expected).catch(
        (error: Error) => error.message.split('\n')[0],
      );
      process.stdout.write(`${shape.padEnd(16)} ${way.padEnd(18)} ${line}\n`);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measureWay(
  g: Graph,
  x: KeptTensor,
  layer: Layer,
  way: string,
  expected: ReturnType<typeof expectedPart>,
): Promise<string> {
  const { tokens, inputs, outputs } = layer;
  const session = await openSession(g, withFusedOperators(options, 'float16', true));
  try {
    let best = Number.POSITIVE_INFINITY;
    let found: Tensor | undefined;
    for (let i = 0; i < 7; i++) {
      const started = performance.now();
      const results = await session.runKeeping({ x }, (output) => i > 0 || output !== 'y0');
      if (i > 0) best = Math.min(best, (performance.now() - started) / 1000 / copies);
      found ??= results.tensors.y0;
      for (const each of Object.values(results.kept)) each.release();
    }
    const time = `${(1e6 * best).toFixed(0).padStart(6)} us`;
    if (found?.dtype !== 'float16') return time;
    const numbers = halfToFloat(found.data as Uint16Array);
    const rate = `${((2 * tokens * inputs * outputs) / best / 1e12).toFixed(0).padStart(5)} TFLOP/s`;
    const part = expected.places.map((place) => numbers[place] as number);
    return `${time} ${rate}  ${distances(part, layer, way, expected)}`;
  } finally {
    await session.close();
  }
}

function distances(
  part: readonly number[],
  layer: Layer,
  way: string,
  expected: ReturnType<typeof expectedPart>,
): string {
  const tell = (name: string, a: ArrayLike<number>, b: ArrayLike<number>) =>
    `${name} ${relativeDistance(a, b).toExponential(1)}`;
  if (way.startsWith('gelu')) {
    const gelu = expectedGelu(layer, expected);
    return `${tell('whole', part, gelu)} ${tell(
      'bend',
      part.filter((_, i) => (gelu[i] as number) < 0),
      gelu.filter((value) => value < 0),
    )}`;
  }
  const whole = tell('whole', part, expected.whole);
  return way in halfWays ? whole : `${tell('exact', part, expected.rounded)} ${whole}`;
}

/** The layer's tokens, on the device already. */
async function onDevice({ x, tokens, inputs }: Layer): Promise<KeptTensor> {
  const dims = [tokens, inputs];
  const g = new Graph('copy', { folder: '.', tensors: new Map() }, 'float16');
  g.output('y', g.input('x', 'float16', dims), dims);
  const session = await openSession(g, options);
  const { kept } = await session.runKeeping({ x: { dtype: 'float16', dims, data: x.half } }, () => true);
  return kept.y as KeptTensor;
}

if (values.shape !== undefined) {
  await measure(values.shape);
} else {
  for (const shape of values.shapes.split(',')) {
    const args = [...process.execArgv, ...process.argv.slice(1), '--shape', shape];
    const { status, signal } = spawnSync(process.execPath, args, { stdio: 'inherit' });
    if (status !== 0) process.stdout.write(`${shape} ended with ${signal ?? `exit code ${status}`}\n`);
  }
}
