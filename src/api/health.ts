import type { FastifyInstance } from 'fastify';
import type { ModelCatalog } from '../generations/catalog.js';
import type { GenerationService } from '../generations/service.js';
import type { Scheduler } from '../scheduler/ports.js';

interface Parts {
  readonly service: GenerationService;
  readonly scheduler: Scheduler;
  readonly catalog: ModelCatalog;
}

/** /healthz: the process answers. /readyz: it can make videos now; 503 with what is missing otherwise. */
export function registerHealthRoutes(app: FastifyInstance, { service, scheduler, catalog }: Parts): void {
  app.get('/healthz', async (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }));

  app.get('/readyz', async (_request, reply) => {
    const checks = {
      database: await service.count({ statuses: ['RUNNING'] }).then(
        () => true,
        () => false,
      ),
      device: scheduler.devices().some((device) => device.status !== 'LOST'),
      model: catalog.list().length > 0,
    };
    const ready = Object.values(checks).every(Boolean);
    return reply
      .code(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status: ready ? 'ready' : 'not ready', checks });
  });
}
