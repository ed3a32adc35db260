/**
 * What a device waits from one step to the next, by the executor's own clock: a small network on latents of a large video, through ONNX
 * Runtime's C API on the CPU as on a GPU, each step asked for when the one before is answered, and begun ahead. On a GPU:
 * `whole` of test/bench/gpu/scheduler/main.ts. From a picture, the latents are copied for the network and for the preview.
 *
 *     node dist/test/bench/step-gap.js [STEPS]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { latentCount, latentShape } from '../../inference/pipeline/latents.js';
import { gaussianNoise } from '../../inference/pipeline/noise.js';
import { writeFirstFrame } from '../../src/execution/first-frame.js';
import { compiled } from '../support/compiled.js';
import { importMicroModel } from '../support/micro-bundle.js';
import { PlayingScheduler } from '../support/playing-scheduler.js';

const steps = Number(process.argv[2] ?? 10);
const folder = mkdtempSync(join(tmpdir(), 'reelql-gap-'));
const model = await importMicroModel(folder);
const scheduler = await PlayingScheduler.over(model, join(folder, 'work'), { entry: compiled('native-executor') });
const { executors, work } = scheduler;

const { latentChannels } = model.manifest.vae.config;
const size = { width: 832, height: 480, frameCount: 29 };
const settings = { ...model.manifest.defaults, ...size, steps, guidanceScale: 5, seed: 7 };
const request = { prompt: 'a red car', negativePrompt: '', settings };
const shape = latentShape(size, latentChannels);
const picture = gaussianNoise(1, latentCount({ ...shape, frames: 1 }));
const cases = [
  { id: 'asked for', more: false, firstFrame: false },
  { id: 'ahead', more: true, firstFrame: false },
  { id: 'ahead, from a picture', more: true, firstFrame: true },
];
try {
  for (const { id, more, firstFrame } of cases) {
    if (firstFrame) writeFirstFrame(work.firstFrame(id), model.manifest, shape, picture);
    await scheduler.open(id, { ...request, firstFrame });
    const waits: number[] = [];
    const seconds: number[] = [];
    for (let i = 0; i < steps; i++) {
      const begun = performance.now();
      const checkpoint = i % 5 === 4 ? [id] : [];
      const { idleSeconds } = await executors.run({ kind: 'step', generationIds: [id], checkpoint, more });
      seconds.push((performance.now() - begun) / 1000);
      if (i > 0) waits.push(1000 * (idleSeconds ?? Number.NaN));
    }
    const sorted = waits.sort((a, b) => a - b);
    const [least, median, most] = [0, sorted.length >> 1, sorted.length - 1].map((i) => sorted[i]?.toFixed(2));
    const step = (seconds.sort((a, b) => a - b)[steps >> 1] as number).toFixed(2);
    console.log(
      `${latentChannels}×8×30×52 latents, ${id}: ${median} ms (${least} … ${most}) before a run, ${step} s a step`,
    );
  }
} finally {
  await executors.stop();
  rmSync(folder, { recursive: true });
}
