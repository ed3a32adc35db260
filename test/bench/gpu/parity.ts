/**
 * The micro model against its references and the bundled model against the CPU, on a CUDA device, in float32 and in the half
 * precision that is served. Prints a row a family and precision; see RESULTS.md. Each row is a process of its own, so that a crash
 * inside of ONNX Runtime costs one row.
 *
 *     node dist/test/bench/gpu/parity.js [--device cuda-0|cpu] [--only half/denoiser,half/toy,…]
 *
 * float32 on Hopper means TF32 in cuBLAS and cuDNN unless NVIDIA_TF32_OVERRIDE=0 is set; both are worth a run.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { hugePages, oneThread } from '../../../inference/runtime/native/environment.js';
import type { SessionOptions } from '../../../inference/runtime/session.js';
import { type Family, families, verifyModel } from '../../../inference/verify/verify.js';
import { psnr } from '../psnr.js';
import { openToy, type Precision, type ToyRun } from '../toy-pipeline.js';
import { deviceOf } from './device.js';

const { values } = parseArgs({
  options: {
    device: { type: 'string', default: 'cuda-0' },
    micro: { type: 'string', default: 'test/fixtures/wan-micro-set' },
    toy: { type: 'string', default: 'inference/models/toy/diffusers' },
    only: { type: 'string' },
    /** For itself: the one row to make, such as half/denoiser. */
    part: { type: 'string' },
  },
});

const cpu: SessionOptions = { device: { kind: 'CPU' } };
const device: SessionOptions = { device: deviceOf(values.device) };
const precisions: Record<string, Precision> = { float32: { ...device, compute: 'float32' }, half: device };

/** What runs networks; the other families are the same on every device. */
const onDevice = families.filter((family) => !['tokens', 'tables', 'scheduler'].includes(family));

async function verifyFamily(name: string, family: Family): Promise<void> {
  const started = performance.now();
  let passed = 0;
  let failed = 0;
  let worst = { case: '', max_abs: 0, rel_l2: 0 };
  for await (const row of verifyModel({
    directory: `${values.micro}/wan-micro`,
    reference: `${values.micro}/ref`,
    only: [family],
    session: precisions[name] as Precision,
  })) {
    row.ok ? passed++ : failed++;
    if (row.error) process.stdout.write(`${name} ${row.case}: ${row.error}\n`);
    if (row.rel_l2 >= worst.rel_l2) worst = row;
  }
  const figures = `max_abs ${worst.max_abs.toExponential(1)}  rel_l2 ${worst.rel_l2.toExponential(1)}`;
  process.stdout.write(
    `${name.padEnd(8)} ${family.padEnd(14)} ${passed} within, ${failed} over the float32 limits; worst ${figures} (${worst.case}), ${seconds(started)} s\n`,
  );
}

const seconds = (since: number) => ((performance.now() - since) / 1000).toFixed(1);
const median = (numbers: readonly number[]) =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

/** The second run: the first one loads kernels and plans. */
async function secondRun(session: Precision): Promise<ToyRun> {
  const toy = await openToy(values.toy, session);
  try {
    await toy.run(prompt);
    return await toy.run(prompt);
  } finally {
    await toy.close();
  }
}

const prompt = 'A red sports car speeding through a desert highway at sunset';

async function runToy(name: string): Promise<void> {
  const reference = await secondRun(cpu);
  const describe = (run: ToyRun) =>
    `guided step ${(1000 * median(run.steps)).toFixed(1)} ms, decode ${(1000 * run.decode).toFixed(0)} ms`;
  const run = await secondRun(precisions[name] as Precision);
  const likeness = psnr(run.frames, reference.frames).toFixed(1);
  process.stdout.write(
    `${name.padEnd(8)} toy            CPU float32: ${describe(reference)}; ${values.device}: ${describe(run)}; frames ${likeness} dB PSNR from the CPU's\n`,
  );
}

if (values.part) {
  const [name = '', part = ''] = values.part.split('/');
  await (part === 'toy' ? runToy(name) : verifyFamily(name, part as Family));
} else {
  for (const name of Object.keys(precisions)) {
    for (const part of [...onDevice, 'toy']) {
      if (values.only && !values.only.split(',').includes(`${name}/${part}`)) continue;
      const args = [...process.argv.slice(1), '--part', `${name}/${part}`];
      const { status, signal } = spawnSync(process.execPath, args, {
        stdio: 'inherit',
        env: { ...process.env, ...oneThread, ...hugePages },
      });
      if (status !== 0)
        process.stdout.write(`${name.padEnd(8)} ${part.padEnd(14)} ended with ${signal ?? `exit code ${status}`}\n`);
    }
  }
}
