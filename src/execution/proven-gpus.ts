import { builtKernelLibrary } from '../../inference/kernels/library.js';
import { ReelError } from '../errors.js';
import type { Log } from '../log.js';
import { cudaProviderInstalled, type Device, type Trial } from './devices.js';
import { probeDevice } from './probe.js';

/** A trial by a bundle: a GPU passes on which its networks run. */
export function trialBy(bundle: string, log: Log): Trial {
  return {
    passedBy: (gpus) => provenGpus(gpus, bundle, log),
    async demand(gpus) {
      const failed = (await tryGpus(gpus, bundle, log)).filter(({ problem }) => problem !== null);
      const [first, ...others] = failed;
      if (!first) return;
      const { gpu, problem } = first;
      const nor = others.length > 0 ? ` Nor can ${others.map((one) => one.gpu.id).join(', ')}.` : '';
      throw new ReelError(
        'DEVICE_UNUSABLE',
        `${gpu.id} (${gpu.name}) was named, but cannot be used: ${testFailed} It says: ${problem}.${nor}`,
      );
    },
  };
}

/**
 * Of these GPUs those on which a bundle's networks run. For each of the others, or if there is none to try, the log says why and
 * what to do.
 */
export async function provenGpus(gpus: readonly Device[], bundle: string, log: Log): Promise<Device[]> {
  if (gpus.length === 0) {
    log.info(`No GPU to compute on: ${cudaAdvice()} Generations run on the CPU.`);
    return [];
  }
  const tried = await tryGpus(gpus, bundle, log);
  for (const { gpu, problem } of tried) {
    if (problem === null) continue;
    log.error({ device: gpu.id, name: gpu.name, problem }, `${gpu.id} is not used: ${testFailed}`);
  }
  const proven = tried.flatMap(({ gpu, problem }) => (problem === null ? [gpu] : []));
  if (proven.length === 0) log.warn('No GPU passed the test: generations run on the CPU.');
  else if (builtKernelLibrary() === null) log.info(kernelAdvice);
  return proven;
}

interface Tried {
  readonly gpu: Device;
  readonly problem: string | null;
}

/** Side by side. */
function tryGpus(gpus: readonly Device[], bundle: string, log: Log): Promise<Tried[]> {
  return Promise.all(
    gpus.map(async (gpu) => {
      const problem = await probeDevice(gpu, bundle, log);
      if (problem === null) log.info({ device: gpu.id, name: gpu.name }, 'The GPU passes the test');
      return { gpu, problem };
    }),
  );
}

const testFailed = 'the bundled model does not run on it. Look at `npx reelql doctor`.';

/** Where nobody has built the kernels yet. */
export const kernelAdvice =
  'Our CUDA kernels are not built, without which a step takes 1.15 times as long. Once: `npx reelql kernels` (README, “GPU”).';

/** What is missing where no GPU can be used, and what to do about it. */
export function cudaAdvice(): string {
  if (cudaProviderInstalled()) {
    return 'the CUDA provider is installed, but the NVIDIA driver shows no GPU. Is it loaded, the device visible in this container?';
  }
  return "there is no CUDA provider. With a GPU, let onnxruntime-node's install script fetch it (README, “GPU”).";
}
