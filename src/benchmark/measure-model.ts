import { join } from 'node:path';
import type { ComponentName } from '../../inference/bundle/manifest.js';
import type { Device } from '../execution/devices.js';
import { WorkFiles } from '../execution/work-files.js';
import type { GenerationSettings } from '../generations/generation.js';
import type { Log } from '../log.js';
import { decoderFlops, denoiserFlops, textEncoderFlops } from '../scheduler/arithmetic.js';
import {
  contextBytes,
  decoderPeak,
  denoiserPeak,
  encoderPeak,
  loadedBytes,
  type PeakUnit,
  textEncoderPeak,
} from '../scheduler/memory-model.js';
import { type InstalledModel, latentFrames, tokensPerRow } from '../scheduler/work.js';
import { ComponentExecutor } from './component-executor.js';
import { type Measurement, type Shape, shapeText } from './measurement.js';
import { writePicture } from './picture.js';

export interface Plan {
  readonly shapes: readonly PlannedShape[];
  /** Prompts encoded after the first. */
  readonly texts: number;
}

export interface PlannedShape {
  readonly shape: Shape;
  /** Sizes of a step's batch, small ones first: memory that an executor holds only grows. */
  readonly rows: readonly number[];
  /** Of a step and of a decoding, after the first. */
  readonly repetitions: number;
}

/** Where and how to measure. */
export interface Bench {
  readonly model: InstalledModel;
  readonly device: Device;
  /** Texts and latents pass through it from one component to the next. */
  readonly workDirectory: string;
  readonly log: Log;
}

const prompt = 'A red sports car speeding through a desert highway at sunset';
const promptTokens = 16;

/**
 * Measures a model's networks on one device as they are served: units of work in executor processes, a fresh one for each
 * component, so that its memory is its own. What fails (for want of memory, say) has a measurement that says why, and the rest
 * goes on without it.
 */
export async function* measureModel(bench: Bench, plan: Plan): AsyncGenerator<Measurement> {
  await new WorkFiles(bench.workDirectory).prepare();
  yield* measureTexts(bench, plan.texts);
  for (const { shape } of plan.shapes) yield await measurePicture(bench, shape);
  const latents = new Map<Shape, string>();
  yield* measureSteps(bench, plan.shapes, latents);
  for (const { shape, repetitions } of plan.shapes) {
    const generationId = latents.get(shape);
    if (generationId !== undefined) yield await measureDecoding(bench, shape, generationId, repetitions);
  }
}

async function* measureTexts(bench: Bench, count: number): AsyncGenerator<Measurement> {
  const { manifest, directory } = bench.model;
  const component = 'textEncoder';
  const predictedBytes = predicted(bench, textEncoderPeak(manifest, bench.device.kind));
  await using executor = start(bench, component);
  yield { what: 'load', component, flops: null, predictedBytes: null, ...(await executor.load()) };
  const encode = (text: string) => executor.run({ kind: 'encode-text', bundle: directory, prompts: [text] });
  // What was encoded is found again: every repetition has words of its own.
  const times = await executor.time((i) => encode(i === 0 ? prompt : prompt.replace('red', `red ${i}`)), count);
  const flops = textEncoderFlops(manifest, promptTokens);
  yield { what: 'text', component, flops, predictedBytes, ...times };
  if (times.failure === null) await encode('');
}

/** Its sessions are opened and closed each time, as in the server. */
async function measurePicture(bench: Bench, shape: Shape): Promise<Measurement> {
  const { model, device, workDirectory } = bench;
  const [component, picture] = ['vae', join(workDirectory, `${shapeText(shape)}.png`)] as const;
  const { width, height } = shape;
  await writePicture(picture, width, height);
  await using executor = start(bench, component);
  const loaded = await executor.load();
  const ask = { generationId: 'picture', bundle: model.directory, picture, width, height };
  const encode = () => executor.run({ kind: 'encode-image', ...ask });
  const times = loaded.failure === null ? await executor.time(encode, 2) : loaded;
  const predictedBytes = predicted(bench, encoderPeak(settingsOf(bench, shape, 1, 1), model.manifest, device.kind));
  return { what: 'picture', component, shape, flops: null, predictedBytes, ...times };
}

/** @param latents is told which generation has left latents of a shape. */
async function* measureSteps(
  bench: Bench,
  shapes: readonly PlannedShape[],
  latents: Map<Shape, string>,
): AsyncGenerator<Measurement> {
  const { manifest } = bench.model;
  const component = 'denoiser';
  let executor = start(bench, component);
  try {
    yield { what: 'load', component, flops: null, predictedBytes: null, ...(await executor.load()) };
    for (const { shape, rows: counts, repetitions } of shapes) {
      for (const rows of counts) {
        const settings = settingsOf(bench, shape, rows, repetitions + 1);
        const ids = idsOf(shape, rows);
        const times = await measureBatch(executor, ids, settings, repetitions);
        const predictedBytes = predicted(bench, denoiserPeak(settings, manifest, bench.device.kind, rows));
        const flops = rows * denoiserFlops(manifest, tokensPerRow(settings));
        yield { what: 'step', component, shape, rows, flops, predictedBytes, ...times };
        if (times.failure === null) {
          latents.set(shape, ids[0] as string);
        } else {
          await executor[Symbol.asyncDispose]();
          executor = start(bench, component);
          await executor.load();
        }
      }
    }
  } finally {
    await executor[Symbol.asyncDispose]();
  }
}

/** Generations of `repetitions` + 1 steps, all of them in one batch. */
async function measureBatch(
  executor: ComponentExecutor,
  generationIds: readonly string[],
  settings: GenerationSettings,
  repetitions: number,
) {
  const request = { prompt, negativePrompt: '', settings, firstFrame: false };
  return executor.time(async (i) => {
    for (const generationId of i === 0 ? generationIds : []) {
      const { step } = await executor.run({ kind: 'open', generationId, bundle: executor.bundle, request });
      if (step !== 0) throw new Error('the texts are not encoded');
    }
    await executor.run({ kind: 'step', generationIds, checkpoint: [] });
  }, repetitions);
}

async function measureDecoding(bench: Bench, shape: Shape, generationId: string, count: number): Promise<Measurement> {
  const { manifest, directory } = bench.model;
  const component = 'vae';
  await using executor = start(bench, component);
  const loaded = await executor.load();
  const decode = async () => {
    while (!(await executor.run({ kind: 'decode', generationId, bundle: directory })).last);
  };
  const times = loaded.failure === null ? await executor.time(decode, Math.min(2, count)) : loaded;
  const positions = (shape.width / 16) * (shape.height / 16) * latentFrames(shape.frameCount);
  const predictedBytes = predicted(bench, decoderPeak(settingsOf(bench, shape, 1, 1), manifest, bench.device.kind));
  return { what: 'decode', component, shape, flops: positions * decoderFlops(manifest), predictedBytes, ...times };
}

/** Bytes of an executor with this component alone, before anything was measured. */
function predicted({ model, device }: Bench, { component, modeledBytes }: PeakUnit): number {
  const context = device.kind === 'CUDA' ? contextBytes : 0;
  return context + loadedBytes(model.manifest, component, device.kind) + modeledBytes;
}

function start({ model, device, workDirectory, log }: Bench, component: ComponentName): ComponentExecutor {
  return new ComponentExecutor(model.directory, component, device, workDirectory, log);
}

/** One row is a generation without guidance, an even number are half as many guided ones. */
function settingsOf(bench: Bench, shape: Shape, rows: number, steps: number): GenerationSettings {
  return { ...bench.model.manifest.defaults, ...shape, steps, guidanceScale: rows > 1 ? 5 : 1, seed: 1 };
}

function idsOf(shape: Shape, rows: number): string[] {
  return Array.from({ length: Math.ceil(rows / 2) }, (_, i) => `bench-${shapeText(shape)}-${rows}-${i}`);
}
