/**
 * Single operators, as the VAE's graphs use them and as they used to, on a CUDA device: each in a process of its own, so that
 * one that crashes ONNX Runtime is named and costs no other. Half a minute; run it first on a machine that is new.
 *
 *     node dist/test/bench/gpu/operators.js [--device cuda-0|cpu]
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { Graph, type Value } from '../../../inference/graph/graph.js';
import * as op from '../../../inference/graph/ops.js';
import { Session, type SessionOptions } from '../../../inference/runtime/session.js';
import { elementCount, float32 } from '../../../inference/tensor.js';
import { cellsToSpace, spaceToCells } from '../../../inference/wan/vae/cells.js';
import { deviceOf } from './device.js';

const { values } = parseArgs({
  options: {
    device: { type: 'string', default: 'cuda-0' },
    /** For itself: the one case to run. */
    case: { type: 'string' },
  },
});

interface Case {
  readonly dims: readonly number[];
  readonly build: (x: Value) => Value;
}

const clip = [1, 16, 4, 6, 10]; // [rows, channels, frames, height, width]
const resize = { mode: 'nearest', nearest_mode: 'floor', coordinate_transformation_mode: 'asymmetric' };

const cases: Readonly<Record<string, Case>> = {
  'add, no cuDNN': { dims: clip, build: (x) => op.add(x, x) },
  'Conv over two axes, the first of the process': { dims: [1, 16, 6, 10], build: convolution([3, 3], [1, 1, 1, 1]) },
  'Conv over two axes, padded at one end': { dims: [1, 16, 6, 10], build: convolution([3, 3], [0, 0, 1, 1]) },
  'Conv over three axes, no padding': { dims: clip, build: convolution([3, 3, 3], [0, 0, 0, 0, 0, 0]) },
  'Conv over three axes, padded evenly (now)': { dims: clip, build: convolution([3, 3, 3], [0, 1, 1, 0, 1, 1]) },
  'Conv over three axes, padded at one end (before)': { dims: clip, build: convolution([3, 3, 3], [2, 1, 1, 0, 1, 1]) },
  'Pad over five axes': { dims: clip, build: (x) => op.pad(x, [0, 0, 2, 0, 0], [0, 0, 0, 1, 1]) },
  'Resize over four axes (now)': { dims: [1, 64, 6, 10], build: resized([1, 1, 2, 2]) },
  'Resize over five axes (before)': { dims: clip, build: resized([1, 1, 1, 2, 2]) },
  'Transpose of five axes': { dims: clip, build: (x) => op.transpose(x, [0, 3, 1, 4, 2]) },
  'Transpose of eight axes (before)': {
    dims: [1, 4, 2, 2, 2, 4, 6, 10],
    build: (x) => op.transpose(x, [0, 1, 5, 2, 6, 3, 7, 4]),
  },
  'cells to space (now)': { dims: clip, build: (x) => cellsToSpace(x, { time: 2, slower: 'row' }) },
  'space to cells (now)': { dims: clip, build: (x) => spaceToCells(x, { time: 2, slower: 'row' }) },
  'sum over channels': { dims: clip, build: (x) => op.reduceSum(op.mul(x, x), 1) },
};

function convolution(kernel: readonly number[], pads: readonly number[]): Case['build'] {
  return (x) => {
    const weight = op.floats(x.graph, numbers([8, 16, ...kernel]), [8, 16, ...kernel]);
    return op.conv(x, weight, op.floats(x.graph, numbers([8])), { pads });
  };
}

function resized(scales: readonly number[]): Case['build'] {
  return (x) => x.graph.node('Resize', [x, null, op.floats(x.graph, scales)], { attributes: resize });
}

function numbers(dims: readonly number[]): Float32Array {
  return Float32Array.from({ length: elementCount(dims) }, (_, i) => Math.sin(7 * i + 1) / 4);
}

async function evaluate({ dims, build }: Case, device: SessionOptions['device']): Promise<Float32Array> {
  const graph = new Graph('operator', { folder: process.cwd(), tensors: new Map() });
  const x = graph.input('x', 'float32', [...dims]);
  graph.output(
    'y',
    build(x),
    dims.map((_, axis) => `size${axis}`), // every case keeps the number of axes
  );
  const model = { encode: () => graph.encode(), weights: graph.weights };
  const session = await Session.open(model, { device });
  const { y } = await session.run({ x: float32(numbers(dims), dims) });
  await session.close();
  return y?.data as Float32Array;
}

async function compare(name: string): Promise<void> {
  const chosen = cases[name] as Case;
  const found = await evaluate(chosen, deviceOf(values.device));
  const expected = await evaluate(chosen, { kind: 'CPU' });
  const apart = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - (found[i] as number))), 0);
  process.stdout.write(`at most ${apart.toExponential(1)} from the CPU`);
}

if (values.case) {
  await compare(values.case);
} else {
  for (const name of Object.keys(cases)) {
    const args = [...process.execArgv, ...process.argv.slice(1), '--case', name];
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    const failed = stderr.split('\n').find((line) => /Error/.test(line)) ?? `exit ${status}`;
    process.stdout.write(`${name.padEnd(52)} ${signal ?? (status === 0 ? stdout : failed)}\n`);
  }
}
