import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Clock } from '../../src/clock.js';
import { createLog } from '../../src/log.js';
import { DeliveryStore } from '../../src/webhooks/delivery-store.js';
import { type WebhookEventName, webhookOutbox } from '../../src/webhooks/events.js';
import { WebhookSender } from '../../src/webhooks/sender.js';
import { formatWebhookSecret } from '../../src/webhooks/signature.js';
import { startWebhooks, webhookSecret } from '../../src/webhooks/webhooks.js';
import { ApiServer } from '../support/api-server.js';
import { create, localId } from '../support/graphql-client.js';
import { Receiver } from '../support/receiver.js';

let server: ApiServer;
let receiver: Receiver;
let now: Date;
const clock: Clock = { now: () => now };
const log = createLog('silent');
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  server = await ApiServer.start({ queueCapacity: 1000 });
});
afterAll(() => server.close());
beforeEach(async () => {
  now = new Date();
  receiver = await Receiver.start();
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  await receiver.close();
  await server.database.client.webhookDelivery.deleteMany();
});

/** The whole of it, as the server runs it. */
async function start(allowPrivate = true): Promise<() => Promise<void>> {
  const { database, store, events, access, dataDir } = server;
  const config = { dataDir, webhookSecret: undefined, webhookAllowPrivate: allowPrivate };
  const parts = { config, database: database.client, store, eventLog: events.log, links: access.links };
  const stop = await startWebhooks({ ...parts, baseUrl: server.url, clock: { now: () => new Date() }, log });
  stops.push(stop);
  return stop;
}

/** A sender whose time the test moves; it says little. */
function sender(): WebhookSender {
  const sending = new WebhookSender({
    deliveries: new DeliveryStore(server.database.client),
    compose: async () => ({ type: 'generation.failed', timestamp: '', data: {} }),
    ...{ secret: Buffer.alloc(32, 1), allowPrivate: true, clock, log, random: () => 0.5 },
  });
  stops.push(() => sending.stop());
  return sending;
}

async function generation(path = '/hook'): Promise<string> {
  const { generation } = await create(server.url, { prompt: '红色跑车', webhookUrl: `${receiver.url}${path}` });
  return localId(generation.id);
}

const deliveries = () => server.database.client.webhookDelivery.findMany({ orderBy: { sequence: 'asc' } });
/** One delivery alone, due now. */
async function one(): Promise<void> {
  await generation();
  await server.database.client.webhookDelivery.updateMany({ data: { nextAttemptAt: now } });
}
const bodies = () => receiver.received.map(({ body }) => JSON.parse(body));

it('tells of a generation from its beginning to its end, signed, with links that open', async () => {
  await start();
  const id = await generation();
  await server.scheduler.start(id);
  await server.scheduler.step(id, 1);
  const video = await server.storeVideo(Buffer.from('a video'));
  await server.scheduler.succeed(id, [video]);
  await expect.poll(() => receiver.received.length).toBe(3);
  const secret = await webhookSecret({ dataDir: server.dataDir, webhookSecret: undefined });
  const library = new Webhook(formatWebhookSecret(secret));
  for (const { body, headers } of receiver.received) library.verify(body, headers as Record<string, string>);
  const told = bodies().sort((a, b) => a.data.sequence - b.data.sequence);
  expect(told).toMatchObject([
    {
      type: 'generation.queued',
      data: { sequence: 1, position: expect.any(Number), prompt: '红色跑车', model: 'toy' },
    },
    { type: 'generation.started', data: { sequence: 2, deviceId: 'device_cpu' } },
    { type: 'generation.succeeded', data: { sequence: 4, cached: false, artifacts: [{ kind: 'VIDEO' }] } },
  ]);
  expect(told[2].data.generationId).toBe(`generation_${id}`);
  expect(Date.parse(told[2].timestamp)).toBeGreaterThan(Date.now() - 60_000);
  expect(await (await fetch(told[2].data.artifacts[0].url)).text()).toBe('a video');
  await expect.poll(async () => (await deliveries()).every(({ deliveredAt }) => deliveredAt)).toBe(true);
});

it('notes only what is wanted, and nothing where there is no webhook', async () => {
  const noted: string[] = [];
  const tx = { webhookDelivery: { create: async ({ data }: { data: { event: string } }) => noted.push(data.event) } };
  const outbox = webhookOutbox(['generation.failed']);
  const failure = { code: 'INTERNAL', message: '', retryable: false } as const;
  const place = { generationId: 'x', sequence: 1, occurredAt: now };
  const note = async (webhookUrl: string | null, webhookEvents: readonly WebhookEventName[] | null) => {
    await outbox(tx as never, { webhookUrl, webhookEvents }, { type: 'GenerationCanceled', ...place });
    await outbox(tx as never, { webhookUrl, webhookEvents }, { type: 'GenerationFailed', failure, ...place });
    return noted.splice(0);
  };
  expect(await note('https://example.com/', null)).toEqual(['GenerationFailed']);
  expect(await note('https://example.com/', ['generation.canceled'])).toEqual(['GenerationCanceled']);
  expect(await note(null, ['generation.canceled', 'generation.failed'])).toEqual([]);
});

it('sends what the generation has chosen', async () => {
  const webhook = { webhookUrl: receiver.url, webhookEvents: ['STARTED', 'CANCELED'] };
  const { generation } = await create(server.url, { prompt: 'x', ...webhook });
  const id = localId(generation.id);
  await server.scheduler.start(id);
  await server.service.cancel({ keyId: null, role: 'ADMIN' }, id);
  expect((await deliveries()).map(({ event }) => event)).toEqual(['GenerationStarted', 'GenerationCanceled']);
  const retried = await server.service.retry({ keyId: null, role: 'ADMIN' }, id);
  expect(retried).toMatchObject({
    generation: { webhookEvents: ['generation.started', 'generation.canceled'] },
  });
  const none = await create(server.url, { prompt: 'x', webhookUrl: receiver.url, webhookEvents: [] });
  expect(none).toMatchObject({ issues: [{ path: ['webhookEvents'], code: 'REQUIRED' }] });
});

it('tells later what happened while nobody was there to tell it', async () => {
  const id = await generation();
  await server.service.cancel({ keyId: null, role: 'ADMIN' }, id);
  expect((await deliveries()).map(({ event, attempts }) => [event, attempts])).toEqual([
    ['GenerationQueued', 0],
    ['GenerationCanceled', 0],
  ]);
  await start();
  await expect
    .poll(() =>
      bodies()
        .map(({ type }) => type)
        .sort(),
    )
    .toEqual(['generation.canceled', 'generation.queued']);
});

it('tries again with the same id, later and later, until it is taken', async () => {
  const answers = [500, 503, 200];
  receiver.respond = (response) => response.writeHead(answers.shift() ?? 200).end();
  await one();
  const sending = sender();
  sending.wake();
  for (const [attempt, pause] of [
    [1, 5],
    [2, 20],
  ] as const) {
    await expect.poll(async () => (await deliveries())[0]?.attempts).toBe(attempt);
    const [delivery] = await deliveries();
    expect(delivery?.lastError).toMatch(/It answered 50/);
    expect(delivery?.nextAttemptAt?.getTime()).toBe(now.getTime() + pause * 1000);
    sending.wake();
    now = new Date(now.getTime() + pause * 1000);
    sending.wake();
  }
  await expect.poll(async () => (await deliveries())[0]?.deliveredAt).toEqual(now);
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(3);
  expect((await deliveries())[0]).toMatchObject({ attempts: 3, nextAttemptAt: null, lastError: null });
});

it.each([
  [410, 0, 1],
  [404, 9, 10],
])('gives up after %i', async (status, before, attempts) => {
  receiver.respond = (response) => response.writeHead(status).end();
  await one();
  await server.database.client.webhookDelivery.updateMany({ data: { attempts: before } });
  sender().wake();
  await expect.poll(async () => (await deliveries())[0]?.attempts).toBe(attempts);
  expect((await deliveries())[0]).toMatchObject({
    nextAttemptAt: null,
    deliveredAt: null,
    lastError: `It answered ${status}.`,
  });
});

it('keeps away from private addresses unless it is told otherwise', async () => {
  await start(false);
  await generation();
  const lastError = async () => (await deliveries())[0]?.lastError;
  await expect.poll(lastError).toBe('127.0.0.1 has no address of the public Internet.');
  expect(receiver.received).toEqual([]);
});

it('makes an attempt again that the end of the server has interrupted', async () => {
  receiver.respond = () => {};
  const stop = await start();
  await generation();
  await expect.poll(() => receiver.received.length).toBe(1);
  await stop();
  expect((await deliveries())[0]).toMatchObject({ attempts: 0, deliveredAt: null, lastError: null });
  receiver.respond = (response) => response.end();
  await start();
  await expect.poll(async () => (await deliveries())[0]?.deliveredAt).toBeInstanceOf(Date);
  const [first, second] = receiver.received;
  expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
});

it('is not held up by a receiver that hangs', async () => {
  const hanging = await Receiver.start();
  hanging.respond = () => {};
  for (let i = 0; i < 18; i++) await create(server.url, { prompt: 'x', webhookUrl: hanging.url });
  await Promise.all(Array.from({ length: 12 }, () => generation()));
  const stop = await start();
  await expect.poll(() => receiver.received.length).toBe(12);
  await expect.poll(() => hanging.received.length).toBe(4);
  await stop();
  await hanging.close();
});

it('goes with its generation', async () => {
  const id = await generation();
  await server.service.delete({ keyId: null, role: 'ADMIN' }, id);
  expect(await deliveries()).toEqual([]);
});

it('forgets what ended a month ago', async () => {
  await one();
  const { client } = server.database;
  const store = new DeliveryStore(client);
  const days = (n: number) => new Date(now.getTime() + n * 86_400_000);
  await store.prune(days(31));
  expect(await client.webhookDelivery.count()).toBe(1);
  await client.webhookDelivery.updateMany({ data: { nextAttemptAt: null } });
  await store.prune(days(29));
  expect(await client.webhookDelivery.count()).toBe(1);
  await store.prune(days(31));
  expect(await client.webhookDelivery.count()).toBe(0);
});
