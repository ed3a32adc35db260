import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { firstChunkDecoder } from '../../inference/wan/vae/decoder-graphs.js';
import { randomVae } from '../support/random-vae.js';

/** Names of a graph's nodes in the order in which ONNX Runtime ran them, by its own profile. */
async function orderOfRun(graph: ReturnType<typeof firstChunkDecoder>, latents: readonly number[]): Promise<string[]> {
  const ort: typeof import('onnxruntime-node') = createRequire(import.meta.url)('onnxruntime-node');
  const folder = await mkdtemp(join(tmpdir(), 'reelql-profile-'));
  try {
    const session = await ort.InferenceSession.create(graph.encode(), {
      enableProfiling: true,
      profileFilePrefix: join(folder, 'run'),
      extra: { 'session.model_external_initializers_file_folder_path': graph.weights.folder },
    });
    const count = latents.reduce((product, size) => product * size, 1);
    await session.run({ latents: new ort.Tensor('float32', new Float32Array(count), latents) });
    session.endProfiling();
    const [file] = await readdir(folder);
    const events = JSON.parse(await readFile(join(folder, file as string), 'utf8')) as { cat: string; name: string }[];
    const ends = '_kernel_time';
    return events
      .filter(({ cat, name }) => cat === 'Node' && name.endsWith(ends))
      .map(({ name }) => name.replace(ends, ''));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('a history is cut out before the convolution that follows runs, not at the end', async () => {
  await using vae = await disposable({ baseDim: 4, decoderBaseDim: 8, latentChannels: 4, resBlocks: 1 });
  const dims = { rows: 1, height: 4, width: 4 };
  const graph = firstChunkDecoder(vae, { form: 'channelsLast, transposed', compute: 'float32', dims });
  const order = await orderOfRun(graph, [1, 4, 1, 4, 4]);
  const kinds = order.map((name) => name.split('_')[0]);
  // What is joined over time: what is before it is a Concat, or a Transpose that ONNX Runtime has moved there.
  const joined = kinds.flatMap((kind, i) => (kind === 'Slice' && kinds[i - 1] !== 'QuickGelu' ? [i] : []));
  const histories = 14;
  expect(joined.length).toBeGreaterThanOrEqual(histories);
  // Convolutions run between the histories: one after the other, not all of them first.
  const convolutionsBefore = joined.map((i) => kinds.slice(0, i).filter((kind) => kind === 'Conv').length);
  expect(new Set(convolutionsBefore).size).toBeGreaterThanOrEqual(histories);
});

async function disposable(options: Parameters<typeof randomVae>[0]) {
  const vae = await randomVae(options);
  return { ...vae, [Symbol.asyncDispose]: () => vae.close() };
}
