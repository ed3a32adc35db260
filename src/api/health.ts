import { setTimeout } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { anyone } from '../auth/caller.js';
import type { ModelCatalog } from '../generations/catalog.js';
import type { GenerationService } from '../generations/service.js';
import type { Scheduler } from '../scheduler/ports.js';

interface Parts {
  readonly service: GenerationService;
  readonly scheduler: Scheduler;
  readonly catalog: ModelCatalog;
  /** Whether the server is about to end: it answers what has begun, and wants nothing new. */
  readonly draining: () => boolean;
}

/** A probe gives up after some seconds; it should rather learn what was too slow. */
const patienceMs = 2000;

/** /healthz: the process answers. /readyz: it can make videos now; 503 with what is missing otherwise. Neither asks for a key. */
export function registerHealthRoutes(app: FastifyInstance, { service, scheduler, catalog, draining }: Parts): void {
  app.get('/healthz', async (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }));

  app.get('/readyz', async (_request, reply) => {
    const checks = {
      database: await answers(service.count(anyone, { statuses: ['RUNNING'] })),
      device: scheduler.devices().some((device) => device.status !== 'LOST'),
      model: catalog.list().length > 0,
    };
    const ready = Object.values(checks).every(Boolean) && !draining();
    return reply
      .code(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status: ready ? 'ready' : draining() ? 'draining' : 'not ready', checks });
  });
}

async function answers(question: Promise<unknown>): Promise<boolean> {
  const asked = question.then(
    () => true,
    () => false,
  );
  const patience = new AbortController();
  try {
    return await Promise.race([asked, setTimeout(patienceMs, false, { signal: patience.signal, ref: false })]);
  } finally {
    patience.abort();
  }
}
