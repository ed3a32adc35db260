import type { Log } from '../log.js';
import { cudaProviderInstalled, type Device } from './devices.js';
import { probeDevice } from './probe.js';

/**
 * Of these GPUs those on which a bundle's networks run, tried out side by side. For each of the others, or if there is none to try,
 * the log says why and what to do.
 */
export async function provenGpus(gpus: readonly Device[], bundle: string, log: Log): Promise<Device[]> {
  if (gpus.length === 0) {
    log.info(`No GPU to compute on: ${cudaAdvice()} Generations run on the CPU.`);
    return [];
  }
  const tried = await Promise.all(
    gpus.map(async (gpu) => {
      const problem = await probeDevice(gpu, bundle, log);
      if (problem === null) log.info({ device: gpu.id, name: gpu.name }, 'The GPU passes the test');
      else log.error({ device: gpu.id, name: gpu.name, problem }, `${gpu.id} is not used: ${testFailed}`);
      return problem === null ? [gpu] : [];
    }),
  );
  const proven = tried.flat();
  if (proven.length === 0) log.warn('No GPU passed the test: generations run on the CPU.');
  return proven;
}

export const testFailed = 'the bundled model does not run on it. Look at `npx reelql doctor`.';

/** What is missing where no GPU can be used, and what to do about it. */
export function cudaAdvice(): string {
  if (cudaProviderInstalled()) {
    return 'the CUDA provider is installed, but the NVIDIA driver shows no GPU. Is it loaded, the device visible in this container?';
  }
  return "there is no CUDA provider. With a GPU, let onnxruntime-node's install script fetch it (README, “GPU”).";
}
