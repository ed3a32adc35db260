/**
 * Seconds and memory of decoding a whole video in the VAE alone, for the ways in which it can be done. Each way in a process of its
 * own with a time limit, a JSON line each, with how far its pixels lie from the first way's.
 *
 *     node dist/test/bench/gpu/decoder.js MODEL_FOLDER [--device cuda-0|cpu] [--size 832x480x29] [--ways A,B,…] [--repetitions 2] [--limit 60]
 *
 * A way is BINDING/FORM/LAYOUT/SEARCH/MEMORY; the last two for `native` only:
 *
 *   node, native                     onnxruntime-node, or ONNX Runtime's C API, which has CUDA's options and keeps results on the GPU
 *   streaming, unrolled, single      a run per latent frame; all of them in one run; all frames at once
 *   tensor, channelsLast, nhwc       layout of the graph; `nhwc` is `tensor` and ONNX Runtime turns its convolutions by itself
 *   exhaustive, heuristic, default   how convolution kernels are chosen
 *   max                              what is left out of these, with + between them:
 *     32MB                           a kernel's work space may not take more
 *     shrink                         every run gives free memory back
 *     noPattern                      memory is not planned ahead as one piece
 *     plain                          without our own operators
 *
 * Histories are written over those before them, in every layout. As served: native/streaming/channelsLast/heuristic/noPattern.
 *
 * In a line: `firstSeconds` with the kernels' choice, `seconds` the median after it, `teraflops` of the network's arithmetic,
 * `longestRun` the longest wait for a chunk in seconds (how soon a cancelled decoding ends), `peakGB` the most seen held of the GPU by
 * NVML, weights and CUDA's context included, `sha256` that of the pixels. Wanted on an H100: at least 450 TFLOP/s, at most 8 GB, whatever the number of frames.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openVaeFolder } from '../../../inference/bundle/diffusers-folder.js';
import type { Manifest } from '../../../inference/bundle/manifest.js';
import { gaussianNoise } from '../../../inference/pipeline/noise.js';
import { hugePages, oneThread } from '../../../inference/runtime/native/environment.js';
import { openVaeDecoder, type VaeDecoderOptions } from '../../../inference/runtime/vae-decoder.js';
import { median } from '../../../src/benchmark/measurement.js';
import { decoderFlops } from '../../../src/scheduler/arithmetic.js';
import { deviceOf } from './device.js';
import { heldGigabytes } from './held-gigabytes.js';
import { compared } from './relative-distance.js';

const layouts = ['tensor', 'channelsLast', 'nhwc'];
const searches = ['heuristic/max', 'heuristic/32MB', 'exhaustive/max', 'exhaustive/32MB'];
const streaming = layouts.flatMap((layout) => searches.map((search) => `native/streaming/${layout}/${search}`));
const all = [
  'node/unrolled',
  ...streaming,
  'native/streaming/tensor/default/max',
  'native/streaming/tensor/heuristic/shrink',
  'native/streaming/tensor/heuristic/noPattern',
  'native/streaming/channelsLast/heuristic/noPattern',
  'native/streaming/channelsLast/heuristic/noPattern+32MB',
  'native/unrolled/tensor/heuristic/max',
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    device: { type: 'string', default: 'cuda-0' },
    size: { type: 'string', default: '832x480x29' },
    ways: { type: 'string', default: all.join(',') },
    repetitions: { type: 'string', default: '2' },
    limit: { type: 'string', default: '60' },
    /** For itself: the one way to measure, and where the first one's pixels lie. */
    way: { type: 'string' },
    result: { type: 'string' },
  },
});

function optionsOf(way: string): VaeDecoderOptions {
  const [binding, form, layout = 'tensor', search = 'heuristic', memory = 'max'] = way.split('/');
  const wants = memory.split('+');
  return {
    device: deviceOf(values.device),
    binding: binding as NonNullable<VaeDecoderOptions['binding']>,
    form: form as NonNullable<VaeDecoderOptions['form']>,
    layout: layout === 'channelsLast' ? 'channelsLast' : 'tensor',
    cuda: {
      preferNhwc: layout === 'nhwc',
      convSearch: search.toUpperCase() as 'EXHAUSTIVE' | 'HEURISTIC' | 'DEFAULT',
      convMaxWorkspace: !wants.includes('32MB'),
      shrinkArena: wants.includes('shrink'),
    },
    memoryPattern: !wants.includes('noPattern'),
    fused: !wants.includes('plain'),
  };
}

async function measure(folder: string, way: string, resultFile: string): Promise<void> {
  const { config, weights } = await openVaeFolder(folder);
  const decoder = await openVaeDecoder({ weights: weights.source, config }, optionsOf(way));
  const [width = 0, height = 0, frameCount = 0] = values.size.split('x').map(Number);
  const shape = {
    channels: config.latentChannels,
    frames: (frameCount - 1) / 4 + 1,
    height: height / 16,
    width: width / 16,
  };
  const positions = shape.frames * shape.height * shape.width;
  const latents = gaussianNoise(1, shape.channels * positions);
  let peakGB = 0;
  const sample = () => {
    peakGB = Math.max(peakGB, heldGigabytes(deviceOf(values.device)) ?? 0);
  };
  // Runs through the C API leave this thread free to look.
  const sampling = setInterval(sample, 10);
  const seconds: number[] = [];
  let longestRun = 0;
  let pixels: Float32Array[] = [];
  for (let i = 0; i <= Number(values.repetitions); i++) {
    pixels = [];
    const started = performance.now();
    let last = started;
    longestRun = 0;
    for await (const chunk of decoder.decode(shape, latents)) {
      pixels.push(chunk.data);
      const now = performance.now();
      longestRun = Math.max(longestRun, (now - last) / 1000);
      last = now;
      sample();
    }
    seconds.push((performance.now() - started) / 1000);
  }
  clearInterval(sampling);
  const [firstSeconds, ...rest] = seconds;
  const bytes = Buffer.concat(pixels.map((chunk) => Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)));
  const line = {
    way,
    size: values.size,
    firstSeconds,
    seconds: median(rest),
    longestRun,
    teraflops: (positions * decoderFlops({ vae: { config } } as Manifest)) / median(rest) / 1e12,
    peakGB,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    finite: pixels.every((chunk) => chunk.every(Number.isFinite)),
    ...(await compared(bytes, resultFile)),
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  await decoder.close();
}

const [folder] = positionals;
if (folder === undefined) throw new Error('Which MODEL_FOLDER?');
if (values.way !== undefined && values.result !== undefined) {
  await measure(folder, values.way, values.result);
} else {
  const result = join(tmpdir(), `reelql-decoder-${process.pid}`);
  for (const way of values.ways.split(',')) {
    const args = [...process.execArgv, ...process.argv.slice(1), '--way', way, '--result', result];
    const limits = { timeout: 1000 * Number(values.limit), killSignal: 'SIGKILL' } as const;
    const { status, signal } = spawnSync(process.execPath, args, {
      stdio: 'inherit',
      env: { ...process.env, ...oneThread, ...hugePages },
      ...limits,
    });
    if (status !== 0) process.stdout.write(`${JSON.stringify({ way, failure: signal ?? `exit ${status}` })}\n`);
  }
  await rm(result, { force: true });
}
