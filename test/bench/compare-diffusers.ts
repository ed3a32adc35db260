/**
 * The bundled model from text to frames, here and in diffusers on PyTorch: the same weights, 20 guided steps, two threads each,
 * warm, one after the other in one run.
 *
 *     PYTHON=/path/to/python node dist/test/bench/compare-diffusers.js [FOLDER]
 *
 * The Python needs what diffusers_pipeline.py names.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { openToy } from './toy-pipeline.js';

const folder = process.argv[2] ?? 'inference/models/toy/diffusers';
const python = process.env.PYTHON ?? 'python3';
const prompt = 'A red sports car speeding through a desert highway at sunset';
const threads = 2;
const runs = 3;

async function ours(): Promise<number[]> {
  const toy = await openToy(folder, { device: { kind: 'CPU' }, threads });
  try {
    await toy.run(prompt);
    const seconds: number[] = [];
    for (let i = 0; i < runs; i++) seconds.push((await toy.run(prompt)).total);
    return seconds;
  } finally {
    await toy.close();
  }
}

async function theirs(): Promise<number[]> {
  const args = ['test/bench/diffusers_pipeline.py', folder, '--prompt', prompt, '--threads', `${threads}`];
  const { stdout } = await promisify(execFile)(python, [...args, '--runs', `${runs}`]);
  return JSON.parse(stdout.trim().split('\n').at(-1) as string).seconds;
}

const show = (seconds: readonly number[]) => seconds.map((value) => value.toFixed(2)).join(', ');
const best = { ours: Number.POSITIVE_INFINITY, theirs: Number.POSITIVE_INFINITY };
for (let round = 1; round <= 2; round++) {
  const [a, b] = [await ours(), await theirs()];
  best.ours = Math.min(best.ours, ...a);
  best.theirs = Math.min(best.theirs, ...b);
  process.stdout.write(`round ${round}: ReelQL ${show(a)} s, diffusers ${show(b)} s\n`);
}
process.stdout.write(`best against best: ${(best.theirs / best.ours).toFixed(2)}× faster than diffusers\n`);
