import { expect, test } from 'vitest';
import type { Graph } from '../../inference/graph/graph.js';
import { decodeModel } from '../../inference/graph/onnx.js';
import {
  firstChunkDecoder,
  nextChunkDecoder,
  singlePassDecoder,
  unrolledDecoder,
} from '../../inference/wan/vae/decoder-graphs.js';
import { singlePassEncoder } from '../../inference/wan/vae/encoder.js';
import { randomVae } from '../support/random-vae.js';

/** The graphs for CUDA keep to what its provider does every day; see TensorForm. Their results are compared in test/parity. */
function numbersOf(graph: Graph, operator: string, attribute: string): number[][] {
  const nodes = decodeModel(graph.encode()).graph.node.filter(({ op_type }) => op_type === operator);
  expect(nodes.length).toBeGreaterThan(0);
  return nodes.map(({ attribute: all }) => (all?.find(({ name }) => name === attribute)?.ints ?? []).map(Number));
}

const vae = await randomVae({ baseDim: 4, decoderBaseDim: 4, latentChannels: 4, resBlocks: 1 });
await vae.close();

test.each([
  ['unrolled decoder', unrolledDecoder(vae, 2, { form: 'tensor', compute: 'float16' })],
  ['channels-last decoder', unrolledDecoder(vae, 2, { form: 'channelsLast', compute: 'float16' })],
  ['first chunk', firstChunkDecoder(vae, { form: 'tensor', compute: 'float16' })],
  ['next chunk', nextChunkDecoder(vae, { form: 'tensor', compute: 'float16' })],
  ['next chunk, channels last', nextChunkDecoder(vae, { form: 'channelsLast', compute: 'float16' })],
  ['single-pass decoder', singlePassDecoder(vae, 'float16')],
  ['encoder', singlePassEncoder(vae, 'float16')],
])('%s: no transpose of more than five axes, convolutions padded alike at both ends', (_, graph) => {
  for (const perm of numbersOf(graph, 'Transpose', 'perm')) expect(perm.length).toBeLessThanOrEqual(5);
  for (const pads of numbersOf(graph, 'Conv', 'pads')) {
    expect(pads.slice(0, pads.length / 2)).toEqual(pads.slice(pads.length / 2));
  }
});
