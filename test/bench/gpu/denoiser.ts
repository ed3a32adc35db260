/**
 * Seconds of a step in the denoiser alone, for every way in which its session can be opened: which of them pays. Each way in a process
 * of its own; a JSON line each, and how far its result lies from the first way's.
 *
 *     node dist/test/bench/gpu/denoiser.js MODEL_FOLDER [--device cuda-0|cpu] [--size 832x480x29] [--rows 2] [--ways plain,node,…]
 *         [--text 16] [--layers 30] [--repetitions 10]
 *
 * --text     tokens of the prompts; padding is folded, so attention sees these and one more
 * --layers   of the model's, the first so many: for a profiler
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openDenoiserFolder } from '../../../inference/bundle/diffusers-folder.js';
import type { DenoiserRow, LatentShape } from '../../../inference/pipeline/networks.js';
import { gaussianNoise } from '../../../inference/pipeline/noise.js';
import { type DenoiserOptions, openDenoiser } from '../../../inference/runtime/denoiser.js';
import { hugePages, oneThread } from '../../../inference/runtime/native/environment.js';
import { median } from '../../../src/benchmark/measurement.js';
import { deviceOf } from './device.js';
import { heldGigabytes } from './held-gigabytes.js';
import { compared } from './relative-distance.js';

type Way = Pick<DenoiserOptions, 'memoryPattern' | 'binding' | 'fused'>;

const ways: Readonly<Record<string, Way>> = {
  plain: { fused: false },
  /** As it is served where `reelql kernels` was run. */
  fused: {},
  node: { binding: 'node' },
  noMemoryPattern: { memoryPattern: false },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    device: { type: 'string', default: 'cuda-0' },
    size: { type: 'string', default: '832x480x29' },
    rows: { type: 'string', default: '2' },
    ways: { type: 'string', default: Object.keys(ways).join() },
    text: { type: 'string', default: '16' },
    layers: { type: 'string' },
    repetitions: { type: 'string', default: '10' },
    /** For itself: the one way to measure, and where the first way's result lies. */
    way: { type: 'string' },
    result: { type: 'string' },
  },
});

async function measure(folder: string, name: string, resultFile: string | undefined): Promise<void> {
  const { config, weights } = await openDenoiserFolder(folder);
  const opened = performance.now();
  const layers = values.layers === undefined ? config.layers : Number(values.layers);
  const denoiser = await openDenoiser(
    { weights: weights.source, config: { ...config, layers } },
    { device: deviceOf(values.device), ...ways[name] },
  );
  const openSeconds = (performance.now() - opened) / 1000;
  const [width = 0, height = 0, frames = 0] = values.size.split('x').map(Number);
  const shape: LatentShape = {
    channels: config.inChannels,
    frames: (frames - 1) / 4 + 1,
    height: height / 16,
    width: width / 16,
  };
  const rows = rowsOf(shape, config.textDim, Number(values.text), Number(values.rows));
  const seconds: number[] = [];
  let peakGB = 0;
  const sampling = setInterval(() => {
    peakGB = Math.max(peakGB, heldGigabytes(deviceOf(values.device)) ?? 0);
  }, 5);
  let output: Float32Array[] = [];
  for (let i = 0; i <= Number(values.repetitions); i++) {
    const started = performance.now();
    output = await denoiser.denoise(shape, rows);
    seconds.push((performance.now() - started) / 1000);
  }
  clearInterval(sampling);
  const [firstSeconds, ...rest] = seconds;
  const all = Buffer.concat(output.map((row) => Buffer.from(row.buffer, row.byteOffset, row.byteLength)));
  const found = new Float32Array(all.buffer, all.byteOffset, all.length / 4);
  const line = {
    way: name,
    size: values.size,
    rows: rows.length,
    text: Number(values.text),
    layers,
    openSeconds,
    firstSeconds,
    seconds: median(rest),
    best: Math.min(...rest),
    heldGB: heldGigabytes(deviceOf(values.device)),
    peakGB,
    largest: found.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
    finite: found.every(Number.isFinite),
    sha256: createHash('sha256').update(all).digest('hex').slice(0, 12),
    ...(resultFile === undefined ? {} : await compared(all, resultFile)),
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  await denoiser.close();
}

/** Rows of noise at t = 900 with random texts, two of a sample each, as guidance has them. */
function rowsOf(shape: LatentShape, textDim: number, length: number, count: number): DenoiserRow[] {
  const { channels, frames, height, width } = shape;
  const timesteps = Float32Array.of(900);
  const samples = Array.from({ length: Math.ceil(count / 2) }, (_, i) =>
    gaussianNoise(i, channels * frames * height * width),
  );
  return Array.from({ length: count }, (_, i) => ({
    latents: samples[i >> 1] as Float32Array,
    timesteps,
    text: { data: gaussianNoise(100 + i, length * textDim), length, dim: textDim },
  }));
}

const [folder] = positionals;
if (folder === undefined) throw new Error('Which MODEL_FOLDER?');
if (values.way !== undefined) {
  await measure(folder, values.way, values.result);
} else {
  const result = join(tmpdir(), `reelql-denoiser-${process.pid}`);
  for (const name of values.ways.split(',')) {
    const args = [...process.execArgv, ...process.argv.slice(1), '--way', name, '--result', result];
    const { status, signal } = spawnSync(process.execPath, args, {
      stdio: 'inherit',
      env: { ...process.env, ...oneThread, ...hugePages },
    });
    if (status !== 0) process.stdout.write(`${JSON.stringify({ way: name, failure: signal ?? `exit ${status}` })}\n`);
  }
  await rm(result, { force: true });
}
