import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Device } from '../../../../src/execution/devices.js';

/** `hold`: so much is left free, once. `grab`: whatever becomes free beyond it is taken too, until the next order. */
export type Order =
  | { readonly do: 'hold' | 'grab'; readonly leaveBytes: number }
  | { readonly do: 'let go'; readonly leaveBytes?: never };

/** Another process that uses the same GPU. Beside a CPU it is a name only. */
export class Neighbour {
  private constructor(private readonly child: ChildProcess | null) {}

  static async on(device: Device): Promise<Neighbour> {
    const executor = device.lanes[0]?.executor;
    if (executor?.kind !== 'CUDA') return new Neighbour(null);
    const child = fork(fileURLToPath(new URL('./hold-memory.js', import.meta.url)), [String(executor.deviceId)], {
      env: { ...process.env, CUDA_DEVICE_ORDER: 'PCI_BUS_ID' },
    });
    await answer(child);
    return new Neighbour(child);
  }

  /** @returns bytes that are free then; null beside a CPU */
  async obey(order: Order): Promise<number | null> {
    if (!this.child) return null;
    this.child.send(order);
    return answer(this.child);
  }

  leave(): void {
    this.child?.kill('SIGKILL');
  }
}

async function answer(child: ChildProcess): Promise<number> {
  const ended = once(child, 'exit').then(() => {
    throw new Error('the process that holds memory has ended');
  });
  ended.catch(() => {});
  const [{ freeBytes }] = (await Promise.race([once(child, 'message'), ended])) as [{ freeBytes: number }];
  return freeBytes;
}
