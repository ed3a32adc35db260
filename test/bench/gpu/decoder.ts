/**
 * Seconds of decoding a whole video in the VAE alone, for every form of its graph. Each form in a process of its own, a JSON line
 * each, with how far its pixels lie from the first form's.
 *
 *     node dist/test/bench/gpu/decoder.js MODEL_FOLDER [--device cuda-0|cpu] [--size 832x480x29] [--forms unrolled,channelsLast,single] [--repetitions 2]
 */
import { spawnSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openVaeFolder } from '../../../inference/bundle/diffusers-folder.js';
import type { Manifest } from '../../../inference/bundle/manifest.js';
import { gaussianNoise } from '../../../inference/pipeline/noise.js';
import { openVaeDecoder, type VaeDecoderOptions } from '../../../inference/runtime/vae-decoder.js';
import { median } from '../../../src/benchmark/measurement.js';
import { decoderFlops } from '../../../src/scheduler/arithmetic.js';
import { deviceOf } from './device.js';
import { heldGigabytes } from './held-gigabytes.js';
import { compared } from './relative-distance.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    device: { type: 'string', default: 'cuda-0' },
    size: { type: 'string', default: '832x480x29' },
    forms: { type: 'string', default: 'unrolled,channelsLast,single' },
    repetitions: { type: 'string', default: '2' },
    /** For itself: the one form to measure, and where the first one's pixels lie. */
    form: { type: 'string' },
    result: { type: 'string' },
  },
});

async function measure(folder: string, form: string, resultFile: string): Promise<void> {
  const { config, weights } = await openVaeFolder(folder);
  const channelsLast = form === 'channelsLast';
  const kind = (channelsLast ? 'unrolled' : form) as NonNullable<VaeDecoderOptions['form']>;
  const options = { device: deviceOf(values.device), form: kind, channelsLast };
  const decoder = await openVaeDecoder({ weights: weights.source, config }, options);
  const [width = 0, height = 0, frameCount = 0] = values.size.split('x').map(Number);
  const shape = {
    channels: config.latentChannels,
    frames: (frameCount - 1) / 4 + 1,
    height: height / 16,
    width: width / 16,
  };
  const positions = shape.frames * shape.height * shape.width;
  const latents = gaussianNoise(1, shape.channels * positions);
  const seconds: number[] = [];
  let pixels: Float32Array[] = [];
  for (let i = 0; i <= Number(values.repetitions); i++) {
    pixels = [];
    const started = performance.now();
    for await (const chunk of decoder.decode(shape, latents)) pixels.push(chunk.data);
    seconds.push((performance.now() - started) / 1000);
  }
  const [firstSeconds, ...rest] = seconds;
  const bytes = Buffer.concat(pixels.map((chunk) => Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)));
  const line = {
    form,
    size: values.size,
    firstSeconds,
    seconds: median(rest),
    teraflops: (positions * decoderFlops({ vae: { config } } as Manifest)) / median(rest) / 1e12,
    heldGB: heldGigabytes(),
    finite: pixels.every((chunk) => chunk.every(Number.isFinite)),
    ...(await compared(bytes, resultFile)),
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  await decoder.close();
}

const [folder] = positionals;
if (folder === undefined) throw new Error('Which MODEL_FOLDER?');
if (values.form !== undefined && values.result !== undefined) {
  await measure(folder, values.form, values.result);
} else {
  const result = join(tmpdir(), `reelql-decoder-${process.pid}`);
  for (const form of values.forms.split(',')) {
    const args = [...process.execArgv, ...process.argv.slice(1), '--form', form, '--result', result];
    const { status, signal } = spawnSync(process.execPath, args, { stdio: 'inherit' });
    if (status !== 0) process.stdout.write(`${JSON.stringify({ form, failure: signal ?? `exit ${status}` })}\n`);
  }
  await rm(result, { force: true });
}
