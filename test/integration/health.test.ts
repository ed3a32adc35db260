import { afterEach, beforeEach, expect, it } from 'vitest';
import { ApiServer } from '../support/api-server.js';
import type { Json } from '../support/graphql-client.js';

let server: ApiServer;
beforeEach(async () => {
  server = await ApiServer.start({ auth: {} });
});
afterEach(() => server.close());

async function probe(path: string) {
  const response = await fetch(`${server.url}${path}`);
  return {
    status: response.status,
    cached: response.headers.get('cache-control'),
    json: (await response.json()) as Json,
  };
}

it('answers probes without a key, and lets nobody keep the answer', async () => {
  expect(await probe('/healthz')).toEqual({ status: 200, cached: 'no-store', json: { status: 'ok' } });
  expect(await probe('/readyz')).toEqual({
    status: 200,
    cached: 'no-store',
    json: { status: 'ready', checks: { database: true, device: true, model: true } },
  });
});

it('is not ready without a device', async () => {
  const [device] = server.scheduler.devices();
  server.scheduler.devices = () => [{ ...(device as NonNullable<typeof device>), status: 'LOST' }];
  expect(await probe('/readyz')).toMatchObject({
    status: 503,
    json: { status: 'not ready', checks: { device: false } },
  });
  expect((await probe('/healthz')).status).toBe(200);
});

it('is not ready without a database, be it broken or silent', async () => {
  server.service.count = () => Promise.reject(new Error('disk I/O error'));
  expect(await probe('/readyz')).toMatchObject({ status: 503, json: { checks: { database: false } } });
  server.service.count = () => new Promise(() => {});
  expect(await probe('/readyz')).toMatchObject({ status: 503, json: { checks: { database: false } } });
});

it('sends nothing new here while it drains, and answers what comes all the same', async () => {
  server.http.drain();
  expect(await probe('/readyz')).toMatchObject({
    status: 503,
    json: { status: 'draining', checks: { database: true, device: true, model: true } },
  });
  expect((await probe('/healthz')).status).toBe(200);
});
