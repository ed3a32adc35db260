/**
 * Layers in 8 bits on a CUDA device: the products by themselves beside fp16's and a reference, a denoiser of the 5B's size beside its fp16
 * form, the micro set and the bundled model. Each part is processes of its own: one that fails costs itself.
 *
 *     node dist/test/bench/gpu/fp8.js [--device cuda-0|cpu] [--parts products,denoiser,parity] [--fp16 FOLDER] [--fp8 FOLDER]
 *         [--size 832x480x29] [--repetitions 10]
 *
 * --fp16, --fp8   of the denoiser, as make-5b writes them with `--components denoiser --dtype fp16` and fp8
 */
import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { hugePages, oneThread } from '../../../inference/runtime/native/environment.js';
import { psnr } from '../psnr.js';
import { openToy, type ToyRun } from '../toy-pipeline.js';
import { deviceOf } from './device.js';
import { copyWithEightBits } from './eight-bit-copy.js';
import { relativeDistance } from './relative-distance.js';

const { values } = parseArgs({
  options: {
    device: { type: 'string', default: 'cuda-0' },
    parts: { type: 'string', default: 'products,denoiser,parity' },
    fp16: { type: 'string', default: '/dev/shm/fp16' },
    fp8: { type: 'string', default: '/dev/shm/fp8' },
    size: { type: 'string', default: '832x480x29' },
    repetitions: { type: 'string', default: '10' },
    /** For itself: the bundled model with 8 bits, to be compared with the bundled one. */
    likeness: { type: 'string' },
  },
});
const toyFolder = 'inference/models/toy/diffusers';
const here = dirname(fileURLToPath(import.meta.url));
/** Frames of the two on this device, one seed. */
async function compareToys(eightBits: string): Promise<void> {
  const runs: ToyRun[] = [];
  for (const folder of [toyFolder, eightBits]) {
    const toy = await openToy(folder, { device: deviceOf(values.device) });
    runs.push(await toy.run('A red sports car speeding through a desert highway at sunset'));
    await toy.close();
  }
  const [half, eight] = runs as [ToyRun, ToyRun];
  const apart = relativeDistance(eight.latents, half.latents).toFixed(3);
  process.stdout.write(
    `toy, fp8 from fp16 on ${values.device}: frames ${psnr(eight.frames, half.frames).toFixed(1)} dB, latents rel_l2 ${apart}\n`,
  );
}

const scratch = await mkdtemp(join(tmpdir(), 'reelql-fp8-'));

function script(name: string, ...args: string[]): void {
  const { status, signal } = spawnSync(
    process.execPath,
    [...process.execArgv, join(here, `${name}.js`), '--device', values.device, ...args],
    { stdio: 'inherit', env: { ...process.env, ...oneThread, ...hugePages } },
  );
  if (status !== 0) process.stdout.write(`${name} ${args.join(' ')} ended with ${signal ?? `exit code ${status}`}\n`);
}

const parts: Readonly<Record<string, () => void | Promise<void>>> = {
  products: () => script('products'),
  /** As they are served, and fp8 as without our operators; `relL2` is the distance from fp16. */
  denoiser() {
    const options = ['--size', values.size, '--repetitions', values.repetitions, '--result', join(scratch, 'velocity')];
    script('denoiser', values.fp16, '--way', 'fused', ...options);
    for (const way of ['fused', 'plain']) script('denoiser', values.fp8, '--way', way, ...options);
  },
  async parity() {
    const [micro, toy] = [join(scratch, 'micro'), join(scratch, 'toy')];
    await cp('test/fixtures/wan-micro-set', micro, { recursive: true });
    await rm(join(micro, 'wan-micro'), { recursive: true });
    await copyWithEightBits('test/fixtures/wan-micro-set/wan-micro', join(micro, 'wan-micro'));
    await copyWithEightBits(toyFolder, toy);
    script('parity', '--micro', micro, '--toy', toy, '--only', 'half/denoiser,half/endToEnd,half/toy');
    script('fp8', '--likeness', toy);
  },
};

try {
  if (values.likeness !== undefined) await compareToys(values.likeness);
  for (const name of values.likeness === undefined ? values.parts.split(',') : []) {
    process.stdout.write(`== ${name}\n`);
    try {
      await parts[name]?.();
    } catch (error) {
      process.stdout.write(`${name}: ${(error as Error).message}\n`);
    }
  }
} finally {
  await rm(scratch, { recursive: true });
}
