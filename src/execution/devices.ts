import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { ExecutorDevice } from './protocol.js';

const run = promisify(execFile);

export interface Device {
  /** Stable over restarts: `cpu`, `cuda-0`, … */
  readonly id: string;
  readonly name: string;
  readonly kind: 'CPU' | 'CUDA';
  readonly totalBytes: number;
  readonly executor: ExecutorDevice;
}

/**
 * The devices to work on. `choice` is `auto` or ids out of `cpu`, `cuda-0`, … with commas between them. `auto` is the CPU until
 * whole generations are proven on CUDA: the VAE's graph crashes ONNX Runtime there (test/bench/RESULTS.md, 2026-11-22).
 * @throws Error naming what was chosen and what is there.
 */
export async function chooseDevices(choice = 'auto'): Promise<Device[]> {
  const found = await detectDevices();
  if (choice === 'auto') return found.filter((device) => device.kind === 'CPU');
  return choice.split(',').map((part) => {
    const device = found.find(({ id }) => id === part.trim());
    if (device) return device;
    throw new Error(`There is no device "${part.trim()}". Here are: auto, ${found.map(({ id }) => id).join(', ')}.`);
  });
}

/** All there is, the CPU last. CUDA devices count only where ONNX Runtime's CUDA provider is installed. */
export async function detectDevices(): Promise<Device[]> {
  const gpus = cudaProviderInstalled() ? await nvidiaDevices() : [];
  return [...gpus, cpuDevice()];
}

function cpuDevice(): Device {
  const threads = availableParallelism();
  return {
    id: 'cpu',
    name: cpus()[0]?.model.trim() ?? 'CPU',
    kind: 'CPU',
    // A container may have less than the machine; without a limit the kernel tells a number beyond all memory, or 0.
    totalBytes: Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY),
    executor: { kind: 'CPU', threads },
  };
}

export function cudaProviderInstalled(): boolean {
  const entry = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
  const folder = join(dirname(entry), 'bin/napi-v6', process.platform, process.arch);
  return existsSync(join(folder, 'libonnxruntime_providers_cuda.so'));
}

async function nvidiaDevices(): Promise<Device[]> {
  const rows = await nvidiaSmi(['index', 'name', 'memory.total']);
  return rows.map(([index = '0', name = 'GPU', mebibytes = '0']) => ({
    id: `cuda-${index}`,
    name,
    kind: 'CUDA',
    totalBytes: Number(mebibytes) * 2 ** 20,
    executor: { kind: 'CUDA', deviceId: Number(index) },
  }));
}

/** Bytes that nobody uses on the device now; null where that cannot be told. */
export async function freeBytes(device: Device): Promise<number | null> {
  if (device.kind === 'CPU') return process.availableMemory();
  const rows = await nvidiaSmi(['index', 'memory.free']);
  const row = rows.find(([index]) => `cuda-${index}` === device.id);
  return row?.[1] === undefined ? null : Number(row[1]) * 2 ** 20;
}

/** No program, no driver, no device: no rows. */
async function nvidiaSmi(fields: readonly string[]): Promise<string[][]> {
  try {
    const query = [`--query-gpu=${fields.join(',')}`, '--format=csv,noheader,nounits'];
    const { stdout } = await run('nvidia-smi', query, { timeout: 10_000 });
    return stdout
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => line.split(',').map((cell) => cell.trim()));
  } catch {
    return [];
  }
}
