import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { componentNames, type Manifest } from '../../inference/bundle/manifest.js';
import { openBundle } from '../../inference/bundle/open-bundle.js';
import type { Log } from '../log.js';
import type { Device } from './devices.js';
import { ExecutorHost } from './host.js';
import type { Unit, UnitKind } from './protocol.js';
import { WorkFiles } from './work-files.js';

/** Far more than the bundled model takes, its kernels' first start included. */
const deadlineMs = 60_000;

/**
 * Whether a device computes: all networks of a bundle, its smallest video in one step, in an executor, as a generation would.
 * What crashes in a driver or in ONNX Runtime takes that process along and nothing else.
 * @returns null if it does; else what went wrong, for the log
 */
export async function probeDevice(device: Device, bundle: string, log: Log): Promise<string | null> {
  const [lane] = device.lanes;
  if (!lane) return 'it has no executor';
  const workDirectory = await mkdtemp(join(tmpdir(), 'reelql-probe-'));
  const host = new ExecutorHost({ device: lane.executor, workDirectory, log });
  try {
    const { manifest } = await openBundle(bundle);
    await new WorkFiles(workDirectory).prepare();
    return await smallestVideo(host, bundle, manifest);
  } finally {
    await host.stop();
    await rm(workDirectory, { recursive: true, force: true });
  }
}

async function smallestVideo(host: ExecutorHost, bundle: string, manifest: Manifest): Promise<string | null> {
  const { defaults, limits } = manifest;
  const side = 2 * limits.sizeMultiple;
  const frameCount = 1 + limits.frameMultiple;
  const settings = { ...defaults, width: side, height: side, frameCount, steps: 1, seed: 1 };
  const request = { prompt: 'a car', negativePrompt: '', settings, firstFrame: false };
  const generationId = 'probe';
  const units: Unit[] = [
    ...componentNames.map((component) => ({ kind: 'load', bundle, component }) as const),
    { kind: 'encode-text', bundle, prompts: [request.prompt, request.negativePrompt] },
    { kind: 'open', generationId, bundle, request },
  ];
  for (const unit of units) {
    const outcome = await run(host, unit);
    if (typeof outcome === 'string') return outcome;
  }
  const step = await run<'step'>(host, { kind: 'step', generationIds: [generationId], checkpoint: [] });
  if (typeof step === 'string') return step;
  if (!step.result.members[0]?.finite) return 'the denoiser computes NaN or infinity';
  for (let last = false; !last; ) {
    const chunk = await run<'decode'>(host, { kind: 'decode', generationId, bundle });
    if (typeof chunk === 'string') return chunk;
    last = chunk.result.last;
  }
  return null;
}

/** Its outcome, or what went wrong. */
async function run<K extends UnitKind>(host: ExecutorHost, unit: Extract<Unit, { kind: K }>) {
  const outcome = await host.run<K>(unit, deadlineMs);
  return outcome.ok ? outcome : `${unit.kind}: ${outcome.failure.detail}`;
}
