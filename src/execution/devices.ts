import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { ReelError } from '../errors.js';
import { openNvml } from './device-memory.js';
import { type Lane, lanesOf } from './lanes.js';
import type { Gpu } from './nvml.js';

interface DeviceFacts {
  /** Stable over restarts: `cpu`, `cuda-0`, … */
  readonly id: string;
  readonly name: string;
  readonly totalBytes: number;
  /** Its executors: one or two. */
  readonly lanes: readonly Lane[];
}

export type Device =
  | (DeviceFacts & { readonly kind: 'CPU' })
  /** `gpu`: the driver's number of it. */
  | (DeviceFacts & { readonly kind: 'CUDA'; readonly gpu: number });

/** Tries GPUs out. */
export interface Trial {
  /** Those of them that compute. */
  passedBy(gpus: readonly Device[]): Promise<Device[]>;
  /** @throws ReelError DEVICE_UNUSABLE if one of them does not */
  demand(gpus: readonly Device[]): Promise<void>;
}

/**
 * The devices to work on. `choice` is `auto`, all GPUs that pass the trial, and the CPU if there is none; or ids out of `cpu`,
 * `cuda-0`, … with commas between them, all of which have to pass: whoever names a GPU does not want the CPU in its place.
 * @throws ReelError DEVICE_UNUSABLE naming what was chosen, and what is there or what is wrong with it
 */
export async function chooseDevices(choice: string, trial: Trial, detect = detectDevices): Promise<Device[]> {
  const found = await detect();
  if (choice === 'auto') {
    const passed = await trial.passedBy(found.filter(isGpu));
    return passed.length > 0 ? passed : found.filter(({ kind }) => kind === 'CPU');
  }
  const chosen = choice.split(',').map((part) => {
    const device = found.find(({ id }) => id === part.trim());
    if (device) return device;
    const here = ['auto', ...found.map(({ id }) => id)].join(', ');
    throw new ReelError('DEVICE_UNUSABLE', `There is no device "${part.trim()}". Here are: ${here}.`);
  });
  await trial.demand(chosen.filter(isGpu));
  return chosen;
}

const isGpu = ({ kind }: Device): boolean => kind === 'CUDA';

/** All there is, the CPU last. CUDA devices count only where ONNX Runtime's CUDA provider is installed. */
export async function detectDevices(): Promise<Device[]> {
  const gpus = cudaProviderInstalled() ? visibleGpus(openNvml()?.gpus() ?? [], process.env.CUDA_VISIBLE_DEVICES) : [];
  return [...gpus.map(cudaDevice), cpuDevice()];
}

/** The CPU, or a part of its threads as a device of its own. */
export function cpuDevice(id = 'cpu', threads = availableParallelism()): Device {
  const executor = { kind: 'CPU', threads } as const;
  // A container may have less than the machine; without a limit the kernel tells a number beyond all memory, or 0.
  const totalBytes = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  return {
    id,
    name: cpus()[0]?.model.trim() ?? 'CPU',
    kind: 'CPU',
    totalBytes,
    lanes: lanesOf(id, executor, totalBytes),
  };
}

export function cudaDevice({ index, name, totalBytes }: Gpu, deviceId: number): Device {
  const id = `cuda-${index}`;
  const executor = { kind: 'CUDA', deviceId, gpu: index } as const;
  return { id, name, kind: 'CUDA', gpu: index, totalBytes, lanes: lanesOf(id, executor, totalBytes) };
}

/**
 * The GPUs that CUDA will show, in its order: all, or those that CUDA_VISIBLE_DEVICES lists by index or by the beginning of
 * the UUID, up to the first that is not there.
 * Source: CUDA C++ Programming Guide, "CUDA Environment Variables".
 */
export function visibleGpus(gpus: readonly Gpu[], variable: string | undefined): Gpu[] {
  if (variable === undefined) return [...gpus];
  const listed = variable.split(',').map((item) => {
    const name = item.trim();
    return gpus.find(({ index, uuid }) => String(index) === name || (name.startsWith('GPU-') && uuid.startsWith(name)));
  });
  const end = listed.indexOf(undefined);
  return (end === -1 ? listed : listed.slice(0, end)) as Gpu[];
}

export function cudaProviderInstalled(): boolean {
  const entry = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
  const folder = join(dirname(entry), 'bin/napi-v6', process.platform, process.arch);
  return existsSync(join(folder, 'libonnxruntime_providers_cuda.so'));
}
