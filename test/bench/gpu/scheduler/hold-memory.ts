/** The process of neighbour.ts: holds memory of the GPU of its command line, through CUDA's driver, as it is told. */
import { createRequire } from 'node:module';
import type { Order } from './neighbour.js';

const mebibyte = 2 ** 20;
const koffi: typeof import('koffi') = createRequire(import.meta.url)('koffi');
const cuda = koffi.load('libcuda.so.1');

function call(signature: string, ...args: unknown[]): number {
  return cuda.func(signature)(...args);
}

function must(signature: string, ...args: unknown[]): void {
  const code = call(signature, ...args);
  if (code !== 0) throw new Error(`${signature} returned ${code}`);
}

const device = Buffer.alloc(4);
const context = Buffer.alloc(8);
must('int cuInit(unsigned int flags)', 0);
must('int cuDeviceGet(void *device, int ordinal)', device, Number(process.argv[2]));
must('int cuDevicePrimaryCtxRetain(void *context, int device)', context, device.readInt32LE());
must('int cuCtxSetCurrent(uint64_t context)', context.readBigUInt64LE());

const held: bigint[] = [];

function freeBytes(): number {
  const [free, total] = [Buffer.alloc(8), Buffer.alloc(8)];
  must('int cuMemGetInfo_v2(void *free, void *total)', free, total);
  return Number(free.readBigUInt64LE());
}

function take(bytes: number): boolean {
  const pointer = Buffer.alloc(8);
  if (call('int cuMemAlloc_v2(void *pointer, size_t bytes)', pointer, bytes) !== 0) return false;
  held.push(pointer.readBigUInt64LE());
  return true;
}

function leave(bytes: number): void {
  for (const size of [1024 * mebibyte, 64 * mebibyte, 2 * mebibyte]) {
    while (freeBytes() - bytes >= size && take(size));
  }
}

let grabbing: NodeJS.Timeout | undefined;
function obey(order: Order): void {
  clearInterval(grabbing);
  if (order.do === 'let go') {
    for (const pointer of held.splice(0)) must('int cuMemFree_v2(uint64_t pointer)', pointer);
  } else {
    leave(order.leaveBytes);
    if (order.do === 'grab') grabbing = setInterval(() => leave(order.leaveBytes), 2);
  }
  process.send?.({ freeBytes: freeBytes() });
}

process.on('disconnect', () => process.exit(0));
process.on('message', obey);
process.send?.({ freeBytes: freeBytes() });
