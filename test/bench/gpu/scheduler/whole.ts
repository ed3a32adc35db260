/**
 * One video after the other on an idle device, each from its submission to the MP4 on disk: seconds of every phase, beside the
 * arithmetic floor, and the most memory that the device had in use.
 */
import { join } from 'node:path';
import { plannedRows } from '../../../../inference/pipeline/step-plan.js';
import { videoFlops } from '../../../../src/benchmark/floor.js';
import { writePicture } from '../../../../src/benchmark/picture.js';
import type { Device } from '../../../../src/execution/devices.js';
import type { GenerationSettings } from '../../../../src/generations/generation.js';
import { ffmpegVideoEncoder, type VideoEncoder } from '../../../../src/video/video-encoder.js';
import { findDevices, Machine, openModel, type StepLine } from './machine.js';
import { gibibytes, report, sectionOptions } from './report.js';
import { watchMemory } from './watch-memory.js';

const { devices: ids, bundle, folder, rest } = sectionOptions();
/** Matrix products of this model's sizes in fp16 on an H100, measured by cuBLASLt (test/bench/RESULTS.md). */
const matrixRate = 702e12;
const sizes = {
  small: { width: 256, height: 160, frameCount: 17 },
  usual: { width: 832, height: 480, frameCount: 29 },
  '720p': { width: 1280, height: 704, frameCount: 121 },
};
const size = sizes[rest[0] as keyof typeof sizes];
const guided = { ...size, steps: 25, guidanceScale: 5 };
const fewSteps = { ...size, steps: 4, guidanceScale: 1 };
/** The first of a size chooses and loads kernels. */
const videos: Readonly<Record<string, Partial<GenerationSettings>>> =
  rest[1] === 'picture'
    ? { 'cold, from a picture': guided, 'from a picture, 25 guided steps': guided }
    : rest[0] === '720p'
      ? { '50 guided steps': { ...guided, steps: 50 } }
      : {
          'cold, 25 guided steps': guided,
          '25 guided steps': guided,
          '25 guided steps, cacheSteps 1': { ...guided, cacheSteps: 1 },
          '25 guided steps, cacheSteps 2': { ...guided, cacheSteps: 2 },
          '25 steps, guided from 0 to 0.8': { ...guided, guidanceInterval: { start: 0, end: 0.8 } },
          '4 steps, unguided': fewSteps,
        };

const picture = rest[1] === 'picture' ? join(folder, 'picture.png') : null;
if (picture !== null) await writePicture(picture, size.width, size.height);
const [device] = (await findDevices(ids)) as [Device];
const model = await openModel(bundle);
const encoder = ffmpegVideoEncoder();
let encodedAt = 0;
const videoEncoder: VideoEncoder = {
  async encode(job) {
    const result = await encoder.encode(job);
    encodedAt = performance.now();
    return result;
  },
};
const machine = await Machine.start({ devices: [device], model, folder, videoEncoder });

async function measure(name: string, settings: Partial<GenerationSettings>): Promise<void> {
  const least = watchMemory(device);
  const begun = performance.now();
  const phases: { readonly phase: string; readonly step: number; readonly at: number }[] = [];
  machine.recorder.on = (one) => {
    if (one.id !== name || one.type !== 'progressed') return;
    phases.push({ phase: one.progress.phase, step: one.progress.step, at: (performance.now() - begun) / 1000 });
  };
  const whole = { ...model.manifest.defaults, seed: 7, ...settings };
  const rows = plannedRows(whole);
  await machine.run(name, settings, { firstFrame: picture });
  const seconds = (performance.now() - begun) / 1000;
  const steps = phases.filter(
    ({ phase, step }, i) => step > 0 && step !== phases[i - 1]?.step && phase === 'DENOISING',
  );
  const [first, last] = [steps[0], steps.at(-1)];
  const span = first && last ? last.at - first.at : Number.NaN;
  const stepMs = first && last ? (1000 * span) / Math.max(1, last.step - first.step) : Number.NaN;
  const idle = idleShare(
    machine.steps.filter(({ generationIds }) => generationIds.includes(name)),
    span,
  );
  const floor = videoFlops(whole, model.manifest) / matrixRate;
  const of = `${(seconds / floor).toFixed(2)}× the floor of ${floor.toFixed(2)} s`;
  const before = first?.at.toFixed(2);
  const after = (seconds - (last?.at ?? 0)).toFixed(2);
  report({
    what: `${size.width}×${size.height}×${size.frameCount}, ${name}`,
    value: `${seconds.toFixed(2)} s, ${rows} rows, ${of}: first step after ${before} s, ${stepMs.toFixed(1)} ms a step${idle}, ${after} s after the last; least free ${gibibytes(least())}`,
    facts: {
      rows,
      phases: phases.map(({ phase, step, at }) => `${phase} ${step} ${at.toFixed(3)}`),
      encoded: ((encodedAt - begun) / 1000).toFixed(3),
      stored: seconds.toFixed(3),
    },
  });
}

/** What the device waits from the end of a run of the denoiser to the begin of the next, by the executor's own clock. */
function idleShare(steps: readonly StepLine[], seconds: number): string {
  const waits = steps.flatMap(({ idleSeconds }) => idleSeconds ?? []).slice(1);
  if (waits.length === 0) return '';
  const sorted = waits.map((seconds) => 1000 * seconds).sort((a, b) => a - b);
  const [median, most] = [sorted[sorted.length >> 1] as number, sorted.at(-1) as number];
  const share = sorted.reduce((sum, ms) => sum + ms, 0) / (10 * seconds);
  return ` (idle ${share.toFixed(1)} %: median ${median.toFixed(2)} ms before a run, ${most.toFixed(1)} at most)`;
}

try {
  for (const [name, settings] of Object.entries(videos)) await measure(name, settings);
} finally {
  await machine.stop();
}
