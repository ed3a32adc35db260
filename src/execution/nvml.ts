import { loadKoffi } from '../../inference/runtime/native/koffi.js';

export interface Gpu {
  /** NVML's, which counts by PCI bus, as nvidia-smi does, and CUDA where CUDA_DEVICE_ORDER says so. */
  readonly index: number;
  readonly name: string;
  /** `GPU-…` */
  readonly uuid: string;
  readonly totalBytes: number;
}

export interface GpuMemory {
  readonly totalBytes: number;
  /** Of everybody, the driver included. */
  readonly usedBytes: number;
  /** By pid; in a container with pids of its own, older drivers tell none or the machine's. */
  readonly processBytes: ReadonlyMap<number, number>;
}

type Call = (...args: unknown[]) => number;

const success = 0;
const insufficientSize = 7;
const nameBytes = 96;
/** struct nvmlProcessInfo_t: unsigned int pid; (padding;) unsigned long long usedGpuMemory; two more unsigned ints. */
const processInfoBytes = 24;
/** What usedGpuMemory holds where the driver does not know. */
const notAvailable = 2n ** 64n - 1n;

/**
 * NVIDIA's management library, which comes with the driver: asking it takes microseconds where starting nvidia-smi takes a
 * good part of a second.
 * Source: nvml.h of CUDA 12; entry points with the versions that it names, present since driver 510.
 */
export class Nvml {
  readonly #functions = new Map<string, Call>();
  readonly #library: { func(signature: string): Call };

  private constructor(library: { func(signature: string): Call }) {
    this.#library = library;
  }

  /** Null without the library or a driver: then there is no NVIDIA GPU to speak of. */
  static open(path = process.platform === 'win32' ? 'nvml.dll' : 'libnvidia-ml.so.1'): Nvml | null {
    try {
      // Loaded here and not above: a platform that koffi has no binary for has no GPU that we could use either.
      const nvml = new Nvml(loadKoffi().load(path));
      return nvml.#call('int nvmlInit_v2()') === success ? nvml : null;
    } catch {
      return null;
    }
  }

  gpus(): Gpu[] {
    const count = Buffer.alloc(4);
    if (this.#call('int nvmlDeviceGetCount_v2(void *count)', count) !== success) return [];
    return Array.from({ length: count.readUInt32LE() }, (_, index) => this.#gpu(index)).filter((gpu) => gpu !== null);
  }

  /** Null if the GPU does not answer. */
  memory(index: number): GpuMemory | null {
    const device = this.#device(index);
    const info = Buffer.alloc(24); // nvmlMemory_t: total, free, used
    if (!device || this.#call('int nvmlDeviceGetMemoryInfo(void *device, void *memory)', device, info) !== success) {
      return null;
    }
    const [totalBytes, usedBytes] = [0, 16].map((offset) => Number(info.readBigUInt64LE(offset)));
    return { totalBytes: totalBytes as number, usedBytes: usedBytes as number, processBytes: this.#processes(device) };
  }

  #gpu(index: number): Gpu | null {
    const device = this.#device(index);
    const memory = this.memory(index);
    if (!device || !memory) return null;
    const name = this.#text('int nvmlDeviceGetName(void *device, void *name, unsigned int length)', device);
    const uuid = this.#text('int nvmlDeviceGetUUID(void *device, void *uuid, unsigned int length)', device);
    return { index, name, uuid, totalBytes: memory.totalBytes };
  }

  #device(index: number): unknown {
    const handle: unknown[] = [null];
    const code = this.#call(
      'int nvmlDeviceGetHandleByIndex_v2(unsigned int index, _Out_ void **device)',
      index,
      handle,
    );
    return code === success ? handle[0] : null;
  }

  #text(signature: string, device: unknown): string {
    const text = Buffer.alloc(nameBytes);
    return this.#call(signature, device, text, nameBytes) === success
      ? text.toString('utf8').replace(/\0.*$/s, '')
      : '';
  }

  #processes(device: unknown): Map<number, number> {
    const signature = 'int nvmlDeviceGetComputeRunningProcesses_v3(void *device, void *count, void *infos)';
    // Room for more than there are: others come and go between two calls.
    for (let room = 64; room <= 4096; room *= 8) {
      const count = Buffer.alloc(4);
      count.writeUInt32LE(room);
      const infos = Buffer.alloc(room * processInfoBytes);
      const code = this.#call(signature, device, count, infos);
      if (code === insufficientSize) continue;
      return code === success ? parseProcesses(infos, count.readUInt32LE()) : new Map();
    }
    return new Map();
  }

  /** @throws if the library has no such function: an older driver. */
  #call(signature: string, ...args: unknown[]): number {
    let call = this.#functions.get(signature);
    if (!call) this.#functions.set(signature, (call = this.#library.func(signature)));
    return call(...args);
  }
}

function parseProcesses(infos: Buffer, count: number): Map<number, number> {
  const processes = new Map<number, number>();
  for (let offset = 0; offset < count * processInfoBytes; offset += processInfoBytes) {
    const bytes = infos.readBigUInt64LE(offset + 8);
    if (bytes === notAvailable) continue;
    // With compute instances a process may have a line for each.
    const pid = infos.readUInt32LE(offset);
    processes.set(pid, (processes.get(pid) ?? 0) + Number(bytes));
  }
  return processes;
}
