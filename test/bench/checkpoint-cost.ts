import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { advance, begin, type DenoisingState } from '../../inference/pipeline/denoising.js';
import { latentCount } from '../../inference/pipeline/latents.js';
import type { LatentShape } from '../../inference/pipeline/networks.js';
import { readCheckpoint, writeCheckpoint } from '../../src/execution/checkpoint.js';

/** What a checkpoint costs, with the solver's whole history. `node dist/test/bench/checkpoint-cost.js [FOLDER]` */
const sizes: Readonly<Record<string, LatentShape>> = {
  'toy, 256×160×33': { channels: 48, frames: 9, height: 10, width: 16 },
  '5B, 832×480×29': { channels: 48, frames: 8, height: 30, width: 52 },
  '5B, 1280×704×121': { channels: 48, frames: 31, height: 44, width: 80 },
};

const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'reelql-bench-'));
const path = join(folder, 'checkpoint.safetensors');
const identity = { model: 'a', request: 'b' };
for (const [name, shape] of Object.entries(sizes)) {
  const state = stateOf(shape);
  const writes: number[] = [];
  const reads: number[] = [];
  for (let i = 0; i < 20; i++) {
    writes.push(await milliseconds(() => writeCheckpoint(path, identity, state)));
    reads.push(await milliseconds(() => readCheckpoint(path, identity)));
  }
  const megabytes = (statSync(path).size / 1e6).toFixed(1);
  console.log(`${name}: ${megabytes} MB, write ${summary(writes)}, read ${summary(reads)}`);
}
rmSync(folder, { recursive: true });

function stateOf(shape: LatentShape): DenoisingState {
  const noise = Float32Array.from({ length: latentCount(shape) }, (_, i) => Math.sin(i));
  let state = begin({ sampler: 'UNIPC', steps: 20, shift: 5, guidanceScale: 1, seed: 1 }, shape, noise);
  for (let i = 0; i < 3; i++) ({ state } = advance(state, [noise]));
  return state;
}

async function milliseconds(work: () => unknown): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

function summary(times: number[]): string {
  const sorted = times.sort((a, b) => a - b);
  const [least, median, most] = [0, sorted.length >> 1, sorted.length - 1].map((i) => (sorted[i] as number).toFixed(2));
  return `${median} ms (${least} … ${most})`;
}
