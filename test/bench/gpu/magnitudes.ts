/**
 * The largest numbers inside of the denoiser, block by block, beside fp16's largest: how far a model of this size is from an overflow.
 * Every operator that calculates with tokens gets a second output, the largest of its results' absolute values.
 *
 *     node dist/test/bench/gpu/magnitudes.js MODEL_FOLDER [--device cuda-0|cpu] [--size 832x480x29] [--layers 30] [--time 900]
 *         [--scales 1,30,1000]
 *
 * --scales   latents and texts are normal numbers times these: a stream as large as trained networks have it
 */
import { parseArgs } from 'node:util';
import { openDenoiserFolder } from '../../../inference/bundle/diffusers-folder.js';
import { type Graph, onnxType } from '../../../inference/graph/graph.js';
import { decodeModel, encodeModel, type ModelProto, type NodeProto } from '../../../inference/graph/onnx.js';
import { latentShape } from '../../../inference/pipeline/latents.js';
import { gaussianNoise } from '../../../inference/pipeline/noise.js';
import { withFusedOperators } from '../../../inference/runtime/fused-operators.js';
import { type Feeds, openSession, type SessionOptions } from '../../../inference/runtime/session.js';
import { float32, int64 } from '../../../inference/tensor.js';
import type { DenoiserConfig } from '../../../inference/wan/config.js';
import { buildDenoiser } from '../../../inference/wan/denoiser.js';
import { tokenGrid } from '../../../inference/wan/patches.js';
import { rotaryTables } from '../../../inference/wan/rope.js';
import { foldPadding } from '../../../inference/wan/text-context.js';
import { timeFeatures } from '../../../inference/wan/timestep.js';
import { deviceOf } from './device.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    device: { type: 'string', default: 'cuda-0' },
    size: { type: 'string', default: '832x480x29' },
    layers: { type: 'string' },
    time: { type: 'string', default: '900' },
    scales: { type: 'string', default: '1,30,1000' },
  },
});

const largestHalf = 65_504;

/** What is looked at, by the operators that give it, those of our own first. */
const kinds: Readonly<Record<string, string>> = {
  GateAddNorm: 'stream and norm',
  Add: 'stream and norm',
  LayerNormalization: 'stream and norm',
  BiasRmsNorm: 'queries and keys',
  BiasRmsNormRotate: 'queries and keys',
  RMSNormalization: 'queries and keys',
  RotaryEmbedding: 'queries and keys',
  MatMul: 'products',
  FusedMatMul: 'products',
  Gemm: 'products',
  MultiHeadAttention: 'attention',
  BiasGelu: 'hidden',
  GeluProduct: 'hidden',
  FastGelu: 'hidden',
};

interface Probe {
  /** Of the graph's output with the largest number, float32. */
  readonly output: string;
  readonly kind: string;
  /** The block that it belongs to, -1 before the first. */
  readonly block: number;
}

/** The graph with an output for each probe. */
function probed(graph: Graph): { graph: Pick<Graph, 'encode' | 'weights'>; probes: Probe[] } {
  const model = decodeModel(graph.encode());
  const probes: Probe[] = [];
  let block = -1;
  for (const node of [...model.graph.node]) {
    for (const input of node.input) block = Number(/^blocks\.(\d+)\./.exec(input)?.[1] ?? block);
    const kind = kinds[node.op_type];
    // Its second is a work space.
    const results = node.op_type === 'GeluProduct' ? node.output.slice(0, 1) : node.output;
    if (kind) probes.push(...results.map((result) => ({ output: addProbe(model, result), kind, block })));
  }
  return { graph: { weights: graph.weights, encode: () => encodeModel(model) }, probes };
}

function addProbe({ graph }: ModelProto, result: string): string {
  const [absolute, most, output] = ['absolute', 'most', 'largest'].map((what) => `${what} of ${result}`) as [
    string,
    string,
    string,
  ];
  const node = (op_type: string, from: string, to: string, attribute: NodeProto['attribute'] = []) =>
    graph.node.push({ name: to, op_type, domain: '', input: [from], output: [to], attribute });
  node('Abs', result, absolute);
  node('ReduceMax', absolute, most, [{ name: 'keepdims', type: 2, i: 0 }]);
  node('Cast', most, output, [{ name: 'to', type: 2, i: onnxType.float32 }]);
  graph.output.push({ name: output, type: { tensor_type: { elem_type: onnxType.float32, shape: { dim: [] } } } });
  return output;
}

/** A guided step's rows: the same latents, a text and an empty one. */
function feedsOf(config: DenoiserConfig, scale: number): Feeds {
  const [width = 0, height = 0, frameCount = 0] = values.size.split('x').map(Number);
  const shape = latentShape({ width, height, frameCount }, config.inChannels);
  const normal = (seed: number, count: number) => gaussianNoise(seed, count).map((x) => scale * x);
  const dims = [1, shape.channels, shape.frames, shape.height, shape.width];
  const count = dims.reduce((a, b) => a * b);
  const texts = [16, 1].map((length, i) => ({
    data: normal(100 + i, length * config.textDim),
    length,
    dim: config.textDim,
  }));
  const { text, bias } = foldPadding(texts);
  return {
    latents: float32(normal(1, count), dims),
    sample: int64([0, 0]),
    time: timeFeatures([Number(values.time)], config.freqDim),
    selector: int64([0, 0]),
    text,
    text_bias: bias,
    ...rotaryTables(config.headDim, tokenGrid(shape)),
  };
}

const [folder] = positionals;
if (folder === undefined) throw new Error('Which MODEL_FOLDER?');
const { config: whole, weights } = await openDenoiserFolder(folder);
const config = { ...whole, layers: values.layers === undefined ? whole.layers : Number(values.layers) };
const device = deviceOf(values.device);
const compute = device.kind === 'CUDA' ? 'float16' : 'float32';
const options = withFusedOperators<SessionOptions>({ device }, compute, true);
const built = buildDenoiser(weights.source, config, compute, { fused: options.customOperators !== undefined });
const { graph, probes } = probed(built);
const session = await openSession(graph, options);
try {
  for (const scale of values.scales.split(',').map(Number)) {
    const results = await session.run(feedsOf(config, scale));
    const velocity = results.velocity?.data as Float32Array;
    const finite = velocity.every(Number.isFinite);
    const columns = [...new Set(probes.map(({ kind }) => kind))];
    const largest = (block: number, kind: string) =>
      probes
        .filter((probe) => probe.block === block && probe.kind === kind)
        .reduce((most, { output }) => Math.max(most, results[output]?.data[0] as number), 0);
    process.stdout.write(`\nnumbers times ${scale}: velocity ${finite ? 'finite' : 'NOT FINITE'}\n`);
    process.stdout.write(`block ${columns.map((kind) => kind.padStart(17)).join('')}\n`);
    let most = 0;
    for (let block = -1; block < config.layers; block++) {
      const row = columns.map((kind) => largest(block, kind));
      most = Math.max(most, ...row);
      process.stdout.write(`${String(block).padStart(5)} ${row.map((x) => x.toPrecision(3).padStart(17)).join('')}\n`);
    }
    process.stdout.write(
      `largest ${most.toPrecision(4)}, 1/${(largestHalf / most).toFixed(0)} of fp16's ${largestHalf}\n`,
    );
  }
} finally {
  await session.close();
}
