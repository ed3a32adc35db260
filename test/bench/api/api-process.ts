/** The real server with its database in a process of its own; nothing is computed, so that the API alone is measured. */
import { randomBytes } from 'node:crypto';
import { ApiServer } from '../../support/api-server.js';
import { bytesHeld } from '../../support/collect-garbage.js';
import { seedHistory } from '../../support/seed-history.js';
import { previewBytes } from './fan-out-load.js';

export type Order =
  | { readonly kind: 'seed'; readonly count: number }
  /** From now on every generation that waits is started, makes 5 steps and succeeds, some at a time. */
  | { readonly kind: 'work' }
  | { readonly kind: 'memory' }
  /** Seconds of processor time since the last time. */
  | { readonly kind: 'cpu' }
  | { readonly kind: 'end' };

const server = await ApiServer.start({ queueCapacity: 1_000_000 });
let cpu = process.cpuUsage();

async function live(id: string): Promise<void> {
  const { scheduler } = server;
  await scheduler.start(id);
  for (let step = 1; step <= 5; step++) {
    const preview = {
      step,
      width: 64,
      height: 40,
      frameCount: 9,
      mimeType: 'image/webp',
      data: randomBytes(previewBytes),
    };
    const facts = { phase: 'DENOISING' as const, step, totalSteps: 5, fraction: step / 5, secondsRemaining: 1 };
    await scheduler.recorder.progressed(id, { ...facts, preview });
  }
  await scheduler.succeed(id, [await server.storeVideo(Buffer.from(id))]);
}

async function work(): Promise<never> {
  for (;;) {
    const { waiting } = server.scheduler.queue();
    await Promise.all(waiting.slice(0, 8).map(live));
    // What the scheduler remembers for tests is not the server's.
    server.scheduler.submitted.length = 0;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function obey(order: Order): Promise<unknown> {
  switch (order.kind) {
    case 'seed':
      return seedHistory(server.database.client, order.count);
    case 'work':
      void work();
      return;
    case 'memory':
      return bytesHeld();
    case 'cpu': {
      const { user, system } = process.cpuUsage(cpu);
      cpu = process.cpuUsage();
      return (user + system) / 1e6;
    }
    case 'end':
      return server.close();
  }
}

process.on('message', async (order: Order) => process.send?.({ result: await obey(order) }));
process.on('disconnect', () => process.exit());
process.send?.({ result: server.url });
