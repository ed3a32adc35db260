/**
 * The bundled model from text to frames, here and in diffusers on PyTorch: the same weights, prompt and noise, 20 guided steps, two
 * threads each, warm, one after the other. Are the frames the same, and how long does each take? Exits 1 if the frames are not.
 *
 *     PYTHON=/path/to/python node dist/test/bench/compare-diffusers.js [FOLDER] [--runs 3] [--rounds 2] [--prompt TEXT]
 *
 * The Python needs what diffusers_pipeline.py names. `--runs 1 --rounds 1` is enough for the frames, on a busy machine too.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { compare } from '../../inference/verify/compare.js';
import { openToy } from './toy-pipeline.js';

const { values, positionals } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '2' },
    prompt: { type: 'string', default: 'A red sports car speeding through a desert highway at sunset' },
  },
  allowPositionals: true,
});
const folder = positionals[0] ?? 'inference/models/toy/diffusers';
const { prompt } = values;
const runs = Number(values.runs);
const python = process.env.PYTHON ?? 'python3';
const threads = 2;
/** Of a channel of a pixel: rounded the other way is allowed, more is not. */
const limit = { max_abs: 1, differing: 1e-3 };

interface Result {
  readonly seconds: readonly number[];
  /** RGB24 */
  readonly frames: Uint8Array;
}

async function ours(noiseFile: string): Promise<Result> {
  const toy = await openToy(folder, { device: { kind: 'CPU' }, threads });
  try {
    await writeFile(noiseFile, toy.noise);
    let { frames } = await toy.run(prompt);
    const seconds: number[] = [];
    for (let i = 0; i < runs; i++) {
      const run = await toy.run(prompt);
      seconds.push(run.total);
      frames = run.frames;
    }
    return { seconds, frames };
  } finally {
    await toy.close();
  }
}

async function theirs(noiseFile: string, framesFile: string): Promise<Result> {
  const files = ['--noise', noiseFile, '--frames-out', framesFile];
  const args = ['test/bench/diffusers_pipeline.py', folder, '--prompt', prompt, '--threads', `${threads}`, ...files];
  const { stdout } = await promisify(execFile)(python, [...args, '--runs', `${runs}`]);
  return {
    seconds: JSON.parse(stdout.trim().split('\n').at(-1) as string).seconds,
    frames: await readFile(framesFile),
  };
}

const show = (seconds: readonly number[]) => seconds.map((value) => value.toFixed(2)).join(', ');
const best = { ours: Number.POSITIVE_INFINITY, theirs: Number.POSITIVE_INFINITY };
const scratch = await mkdtemp(join(tmpdir(), 'compare-diffusers-'));
try {
  for (let round = 1; round <= Number(values.rounds); round++) {
    const noiseFile = join(scratch, 'noise');
    const a = await ours(noiseFile);
    const b = await theirs(noiseFile, join(scratch, 'frames'));
    best.ours = Math.min(best.ours, ...a.seconds);
    best.theirs = Math.min(best.theirs, ...b.seconds);
    process.stdout.write(`round ${round}: ReelQL ${show(a.seconds)} s, diffusers ${show(b.seconds)} s\n`);
    const row = compare('frames, RGB24', a.frames, b.frames, limit);
    process.stdout.write(`${JSON.stringify(row)}\n`);
    if (!row.ok) process.exitCode = 1;
  }
} finally {
  await rm(scratch, { recursive: true });
}
process.stdout.write(`best against best: ${(best.theirs / best.ours).toFixed(2)}× faster than diffusers\n`);
