/**
 * What the copies of a guided step cost, by CUDA's driver: the latents of two rows' one sample to the device, two velocities back, over
 * arrays as the executor has them and over the same registered with the driver. In turns, each after a pause, as between two steps.
 *
 *     node dist/test/bench/gpu/step-copies.js [DEVICE] [ROUNDS]
 */
import { setTimeout as pause } from 'node:timers/promises';
import { loadKoffi } from '../../../inference/runtime/native/koffi.js';

const cuda = loadKoffi().load('libcuda.so.1');

function driver(signature: string): (...args: unknown[]) => void {
  const call = cuda.func(signature);
  return (...args) => {
    const code: number = call(...args);
    if (code !== 0) throw new Error(`${signature} returned ${code}`);
  };
}

const toDevice = driver('int cuMemcpyHtoD_v2(uint64_t to, void *from, size_t bytes)');
const toHost = driver('int cuMemcpyDtoH_v2(void *to, uint64_t from, size_t bytes)');
const register = driver('int cuMemHostRegister_v2(void *memory, size_t bytes, unsigned int flags)');
const unregister = driver('int cuMemHostUnregister(void *memory)');

const [device, rounds] = [Number(process.argv[2] ?? 0), Number(process.argv[3] ?? 30)];
const [ordinal, context, pointer] = [Buffer.alloc(4), Buffer.alloc(8), Buffer.alloc(8)];
driver('int cuInit(unsigned int flags)')(0);
driver('int cuDeviceGet(void *device, int ordinal)')(ordinal, device);
driver('int cuDevicePrimaryCtxRetain(void *context, int device)')(context, ordinal.readInt32LE());
driver('int cuCtxSetCurrent(uint64_t context)')(context.readBigUInt64LE());

const count = 48 * 8 * 30 * 52;
const latents = new Float32Array(count).fill(1);
const velocities = new Float32Array(2 * count).fill(1);
driver('int cuMemAlloc_v2(void *pointer, size_t bytes)')(pointer, velocities.byteLength);
const memory = pointer.readBigUInt64LE();

const times = new Map<string, number[]>();
function time(what: string, work: () => void): void {
  const begun = performance.now();
  work();
  times.set(what, [...(times.get(what) ?? []), performance.now() - begun]);
}

const other = new Float64Array(2 ** 23);
for (let round = 0; round < rounds; round++) {
  for (const how of ['as they are', 'registered']) {
    const registered = how === 'registered' ? [latents, velocities] : [];
    for (const array of registered) time('to register', () => register(array, array.byteLength, 0));
    other.fill(round);
    await pause(60);
    time(`latents to the device, ${how}`, () => toDevice(memory, latents, latents.byteLength));
    time(`velocities back, ${how}`, () => toHost(velocities, memory, velocities.byteLength));
    for (const array of registered) unregister(array);
  }
}
for (const [what, all] of times) {
  const sorted = all.sort((a, b) => a - b);
  const [median, least, most] = [sorted.length >> 1, 0, sorted.length - 1].map((at) => sorted[at]?.toFixed(3));
  console.log(`${what}: ${median} ms (${least} … ${most})`);
}
