/**
 * Where a graph crashes ONNX Runtime: finds the shortest beginning of the VAE decoder's graph that ends its process, by halving,
 * each try in a process of its own.
 *
 *     node dist/test/bench/gpu/first-crash.js [--device cuda-0|cpu] [--compute float32|float16] [--model DIFFUSERS_FOLDER]
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { openVaeFolder } from '../../../inference/bundle/diffusers-folder.js';
import { decodeModel, encodeModel } from '../../../inference/graph/onnx.js';
import { openSession } from '../../../inference/runtime/session.js';
import { type DType, float32 } from '../../../inference/tensor.js';
import { unrolledDecoder } from '../../../inference/wan/vae/decoder-graphs.js';
import { deviceOf } from './device.js';

const { values } = parseArgs({
  options: {
    device: { type: 'string', default: 'cuda-0' },
    compute: { type: 'string', default: 'float32' },
    model: { type: 'string', default: 'test/fixtures/wan-micro-set/wan-micro' },
    /** For itself: how many nodes to keep. */
    nodes: { type: 'string' },
  },
});

const frames = 2;
const [height, width] = [2, 3];
const { weights, config } = await openVaeFolder(values.model);
const graph = unrolledDecoder({ weights: weights.source, config }, frames, {
  form: 'tensor',
  compute: values.compute as DType,
  dims: { rows: 1, height, width },
});
const model = decodeModel(graph.encode());

/** Opens and runs the first `count` nodes; the result of the last is the graph's only output. */
async function runBeginning(count: number): Promise<void> {
  const node = model.graph.node.slice(0, count);
  const name = node.at(-1)?.output[0] as string;
  // No type: ONNX Runtime works it out.
  const beginning = { ...model, graph: { ...model.graph, node, output: [{ name } as never] } };
  const device = deviceOf(values.device);
  const session = await openSession({ encode: () => encodeModel(beginning), weights: graph.weights }, { device });
  process.stdout.write('opened ');
  const size = config.latentChannels * frames * height * width;
  await session.run({
    latents: float32(new Float32Array(size).fill(0.5), [1, config.latentChannels, frames, height, width]),
  });
  process.stdout.write('ran');
  await session.close();
}

function crashes(count: number): boolean {
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    [...process.argv.slice(1), '--nodes', String(count)],
    { encoding: 'utf8' },
  );
  const op = model.graph.node[count - 1]?.op_type;
  const end =
    signal ?? (status === 0 ? 'ok' : `exit ${status}: ${stderr.split('\n').find((line) => /Error/.test(line))}`);
  process.stdout.write(
    `${String(count).padStart(5)} nodes, the last a ${op}: ${stdout.trim() || 'did not open'}, ${end}\n`,
  );
  return status !== 0;
}

if (values.nodes) {
  await runBeginning(Number(values.nodes));
} else if (!crashes(model.graph.node.length)) {
  process.stdout.write('The whole graph runs.\n');
} else {
  let [good, bad] = [0, model.graph.node.length];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (crashes(middle)) bad = middle;
    else good = middle;
  }
  process.stdout.write(`First at node ${bad}: ${JSON.stringify(model.graph.node[bad - 1])}\n`);
}
