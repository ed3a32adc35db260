/**
 * What `cacheSteps` and `guidanceInterval` save and what they change, on the bundled model and on the micro model of the
 * fixtures, beside what the same saving costs with fewer steps: means over some prompts, one thread, one case after the other.
 *
 *     node dist/test/bench/step-caching.js [--sampler EULER] [--steps 25] [--prompts 6] [--only micro]
 *
 * rel_l2 of the final latents and PSNR of the frames are to the run that computes everything, and, for PSNR, to one of 100 steps,
 * which stands for the exact solution. Seconds are of the denoising, as a share of those of the first line.
 */
import { parseArgs } from 'node:util';
import { plannedRows, type StepPlanSettings } from '../../inference/pipeline/step-plan.js';
import type { SamplerName } from '../../inference/samplers/index.js';
import { compare } from '../../inference/verify/compare.js';
import { psnr } from './psnr.js';
import { openToy, type ToyRun } from './toy-pipeline.js';

const { values } = parseArgs({
  options: {
    sampler: { type: 'string', default: 'UNIPC' },
    steps: { type: 'string', default: '25' },
    prompts: { type: 'string', default: '6' },
    /** A part of the folder's name: the others are left out. */
    only: { type: 'string', default: '' },
  },
});
const sampler = values.sampler as SamplerName;
const steps = Number(values.steps);
const prompts = [
  'A red sports car speeding through a desert highway at sunset',
  'A pink fish swimming to the right in a coral reef',
  'A yellow bus driving slowly on a city street in the rain at night',
  'A white sailboat sailing to the left on the ocean at sunset',
  'A red rocket landing in a meadow in bright daylight',
  'A green ball bouncing in the forest',
].slice(0, Number(values.prompts));

type Case = Partial<Omit<StepPlanSettings, 'guidanceScale'>>;
const interval = (start: number, end: number): Case => ({ guidanceInterval: { start, end } });
const cases: readonly (readonly [string, Case])[] = [
  ['all computed', {}],
  ['cacheSteps 1', { cacheSteps: 1 }],
  ['cacheSteps 2', { cacheSteps: 2 }],
  ['cacheSteps 3', { cacheSteps: 3 }],
  ['interval 0 to 0.9', interval(0, 0.9)],
  ['interval 0 to 0.7', interval(0, 0.7)],
  ['interval 0.1 to 1', interval(0.1, 1)],
  ['interval 0.1 to 0.9', interval(0.1, 0.9)],
  ['cacheSteps 1, interval 0 to 0.9', { cacheSteps: 1, ...interval(0, 0.9) }],
  ...[0.8, 0.64, 0.5].map((share) => {
    const fewer = Math.round(share * steps);
    return [`${fewer} steps`, { steps: fewer }] as const;
  }),
];

const models = [
  { folder: 'inference/models/toy/diffusers', guidanceScale: 3, size: { width: 256, height: 160, frameCount: 9 } },
  { folder: 'test/fixtures/wan-micro-set/wan-micro', guidanceScale: 5, size: { width: 96, height: 64, frameCount: 9 } },
] as const;

for (const { folder, guidanceScale, size } of models) {
  if (!folder.includes(values.only)) continue;
  const model = await openToy(folder, { device: { kind: 'CPU' }, threads: 1 });
  const lines = cases.map(([name, plan]) => ({
    name,
    rows: plannedRows({ steps, guidanceScale, ...plan }),
    sums: [0, 0, 0, 0],
  }));
  for (const [i, prompt] of prompts.entries()) {
    const run = (plan: Case) =>
      model.run(prompt, undefined, { sampler, steps, guidanceScale, seed: i + 1, ...size, ...plan });
    const exact = await run({ steps: 100 });
    const whole = await run({});
    for (const [j, [, plan]] of cases.entries()) {
      const found = j === 0 ? whole : await run(plan);
      const share = seconds(found) / seconds(whole);
      const { rel_l2 } = compare('latents', found.latents, whole.latents, {});
      const measured = [rel_l2, psnr(found.frames, whole.frames), psnr(found.frames, exact.frames), share];
      measured.forEach((value, k) => {
        const { sums } = lines[j] as { sums: number[] };
        sums[k] = (sums[k] as number) + value / prompts.length;
      });
    }
  }
  await model.close();
  console.log(`\n${folder}, ${sampler}, ${steps} steps, guidance ${guidanceScale}, ${prompts.length} prompts\n`);
  console.log('| | rows | seconds | rel_l2 | PSNR, dB | PSNR to 100 steps |\n|---|---|---|---|---|---|');
  for (const { name, rows, sums } of lines) {
    const [error, toWhole, toExact, share] = sums as [number, number, number, number];
    const cells = [name, rows, share.toFixed(2), error.toFixed(4), toWhole.toFixed(1), toExact.toFixed(1)];
    console.log(`| ${cells.join(' | ')} |`);
  }
}

function seconds({ steps: each }: ToyRun): number {
  return each.reduce((sum, one) => sum + one, 0);
}
