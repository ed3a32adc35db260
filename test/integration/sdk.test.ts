import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type ClientOptions, ConnectionError, type GenerationEvent, ReelQL } from '../../clients/sdk/src/index.js';
import { ApiServer } from '../support/api-server.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { localId } from '../support/graphql-client.js';
import { keyStore, newKey } from '../support/keys.js';

let server: ApiServer;
let network: CuttingProxy;
beforeAll(async () => {
  server = await ApiServer.start();
  network = await CuttingProxy.start(server.url);
});
afterAll(async () => {
  await network.close();
  await server.close();
});

function clientOf(url: string, options: Partial<ClientOptions> = {}): ReelQL {
  return new ReelQL({ url, webSocket: WebSocket, reconnectDelay: () => 5, ...options });
}

const steps = 4;
/** Queued, started, four steps, succeeded. */
const everything = [1, 2, 3, 4, 5, 6, 7];

/** What happens to a generation after it was created, one event each. */
async function* life(id: string): AsyncGenerator<void, void, void> {
  yield server.scheduler.start(localId(id));
  for (let step = 1; step <= steps; step++) {
    await server.scheduler.step(localId(id), step);
    yield;
  }
  yield server.scheduler.succeed(localId(id), [await server.storeVideo(Buffer.from(`video of ${id}`))]);
}

async function live(id: string): Promise<void> {
  for await (const _ of life(id));
}

async function collect(events: AsyncIterable<GenerationEvent>): Promise<GenerationEvent[]> {
  const seen: GenerationEvent[] = [];
  for await (const event of events) seen.push(event);
  return seen;
}

/** The client's request arrives, the answer to it does not. Through a network of its own: fetch keeps connections for a while. */
async function withAnswerLost<T>(ask: (client: ReelQL) => Promise<T>): Promise<T> {
  const own = await CuttingProxy.start(server.url);
  own.breakAfter([10]);
  const answer = await ask(clientOf(own.url));
  expect(own.connections).toBe(2);
  await own.close();
  return answer;
}

const sequences = (events: readonly GenerationEvent[]) => events.map(({ sequence }) => sequence);

describe('a generation through the SDK', () => {
  it('has a handle: its id and settings at once, its events, its result, its files', async () => {
    const client = clientOf(server.url);
    const made = await client.generate({ prompt: 'a boat', settings: { steps, seed: 5, guidanceScale: 9.5 } });
    expect(made.created.settings).toMatchObject({ width: 256, steps, seed: 5 });
    expect(made.warnings).toMatchObject([{ field: 'guidanceScale' }]);
    const result = made.result();
    const events = collect(made.events());
    await live(made.id);
    expect(sequences(await events)).toEqual(everything);
    const { status, artifacts } = await result;
    expect(status).toBe('SUCCEEDED');
    const [video] = artifacts;
    const file = await client.download(video?.url as string);
    expect(await file.text()).toBe(`video of ${made.id}`);
    await client.close();
  });

  it('brings pictures with its progress', async () => {
    const client = clientOf(server.url);
    const made = await client.generate({ prompt: 'a boat', settings: { steps } });
    await live(made.id);
    const previews = (await collect(made.events())).flatMap((event) =>
      event.__typename === 'GenerationProgressed' && event.progress.preview ? [event.progress.preview.data] : [],
    );
    expect(previews.map((data) => atob(data))).toEqual([1, 2, 3, 4].map((step) => `picture of step ${step}`));
    await client.close();
  });

  it('is canceled, and its result says so', async () => {
    const client = clientOf(server.url);
    const made = await client.generate({ prompt: 'a boat' });
    const result = expect(made.result()).rejects.toMatchObject({
      code: 'GENERATION_CANCELED',
      generation: { id: made.id },
    });
    expect(await made.cancel()).toMatchObject({ status: 'CANCELED' });
    await result;
    await client.close();
  });

  it('fails, and its result has the failure', async () => {
    const client = clientOf(server.url);
    const made = await client.generate({ prompt: 'a boat' });
    await server.scheduler.start(localId(made.id));
    await server.scheduler.fail(localId(made.id));
    await expect(made.result()).rejects.toMatchObject({
      code: 'GENERATION_FAILED',
      name: 'GenerationFailedError',
      failure: { code: 'ENCODER_FAILED', retryable: true },
    });
    const again = await client.generations.retry(made.id);
    expect(again.created.retriedFrom).toEqual({ id: made.id });
    await client.close();
  });

  it('needs no events after its end: a handle of one that has ended completes', async () => {
    const client = clientOf(server.url);
    const made = await client.generate({ prompt: 'a boat', settings: { steps } });
    await live(made.id);
    const handle = client.generations.handle(made.id);
    expect(sequences(await collect(handle.events({ after: 5 })))).toEqual([6, 7]);
    expect(await collect(handle.events({ after: 7 }))).toEqual([]);
    await client.close();
  });
});

describe('a connection that breaks', () => {
  it('at any byte, any number of times, loses no event and repeats none', async () => {
    // The first comes before all events are through, so that there is one in every run.
    const others = fc.array(fc.integer({ min: 1, max: 4000 }), { maxLength: 4 });
    const breaks = fc.tuple(fc.integer({ min: 1, max: 1500 }), others).map(([first, more]) => [first, ...more]);
    let broken = 0;
    await fc.assert(
      fc.asyncProperty(breaks, fc.nat(6), async (bytes, early) => {
        const direct = clientOf(server.url);
        const { id } = await direct.generate({ prompt: 'a boat', settings: { steps } });
        const events = life(id);
        // So many events are there before anybody listens.
        for (let one = 0; one < early; one++) await events.next();
        network.breakAfter(bytes);
        const client = clientOf(network.url);
        const seen = collect(client.generations.events(id));
        for await (const _ of events);
        expect(sequences(await seen)).toEqual(everything);
        broken += network.connections - 1;
        await client.close();
      }),
      { numRuns: 25 },
    );
    expect(broken).toBeGreaterThan(25);
  });

  it('while a reader is slow, repeats nothing that waits to be read', async () => {
    const direct = clientOf(server.url);
    const { id } = await direct.generate({ prompt: 'a boat', settings: { steps } });
    await live(id);
    network.breakAfter([1500]);
    const client = clientOf(network.url);
    const seen: number[] = [];
    for await (const event of client.generations.events(id)) {
      seen.push(event.sequence);
      // The first connection has broken with most of what it brought unread.
      if (seen.length === 1) await expect.poll(() => network.connections).toBeGreaterThan(1);
    }
    expect(seen).toEqual(everything);
    await client.close();
  });

  it('while a generation is asked for makes one and not two', async () => {
    const before = await clientOf(server.url).generations.list({ first: 1 });
    const made = await withAnswerLost((client) => client.generate({ prompt: 'once' }));
    expect(made.replayed).toBe(true);
    const after = await clientOf(server.url).generations.list({ first: 1 });
    expect(after.totalCount).toBe(before.totalCount + 1);
  });

  it('while several are asked for, or one is to be made again, makes them once', async () => {
    const direct = clientOf(server.url);
    const { totalCount } = await direct.generations.list();
    const [one] = await withAnswerLost((client) =>
      client.generations.createMany([{ prompt: 'one' }, { prompt: 'two' }]),
    );
    await direct.generations.cancel(one?.id as string);
    expect((await withAnswerLost((client) => client.generations.retry(one?.id as string))).replayed).toBe(true);
    expect((await direct.generations.list()).totalCount).toBe(totalCount + 3);
  });

  it('for good ends the events with an error after the attempts that were allowed', async () => {
    const other = await ApiServer.start();
    const client = clientOf(other.url, { reconnectAttempts: 2 });
    const made = await client.generate({ prompt: 'a boat' });
    const events = made.events();
    await events.next();
    await other.stop();
    await expect(events.next()).rejects.toThrow(ConnectionError);
    await client.close();
    await other.close().catch(() => {});
  });
});

describe('an AbortSignal', () => {
  it('ends events at once with its reason, and the server forgets the subscriber', async () => {
    const client = clientOf(server.url);
    const made = await client.generate({ prompt: 'a boat' });
    const abort = new AbortController();
    const events = made.events({ signal: abort.signal });
    await events.next();
    const next = events.next();
    abort.abort(new Error('enough'));
    await expect(next).rejects.toThrow('enough');
    await expect.poll(() => server.events.size).toBe(0);
    await made.cancel();
    await client.close();
  });

  it('ends a result, a request and a subscription before it begins', async () => {
    const client = clientOf(server.url);
    const made = await client.generate({ prompt: 'a boat' });
    const signal = AbortSignal.timeout(30);
    await expect(made.result({ signal })).rejects.toMatchObject({ name: 'TimeoutError' });
    await expect(client.models({ signal })).rejects.toBe(signal.reason);
    await expect(made.events({ signal }).next()).rejects.toBe(signal.reason);
    await made.cancel();
    await client.close();
  });
});

describe('an API key', () => {
  it('goes with requests, sockets and files; without one, or with one revoked, nothing does', async () => {
    const guarded = await ApiServer.start({ auth: {} });
    const { id, secret } = await newKey(guarded, 'CREATOR');
    const client = clientOf(guarded.url, { apiKey: secret });
    const made = await client.generate({ prompt: 'a boat' });
    const events = made.events();
    expect(await events.next()).toMatchObject({ value: { sequence: 1 } });
    await expect(client.setQueuePaused(true)).rejects.toMatchObject({ code: 'FORBIDDEN' });

    const stranger = clientOf(guarded.url);
    await expect(stranger.generations.get(made.id)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(stranger.generations.events(made.id).next()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(stranger.upload(new Uint8Array([1]))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });

    const viewer = clientOf(guarded.url, { apiKey: (await newKey(guarded, 'VIEWER')).secret });
    await expect(viewer.generate({ prompt: 'a boat' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(viewer.generations.get(made.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });

    await keyStore(guarded).revoke(id);
    // The server closes the socket when it learns of it; trying again would change nothing.
    await expect(events.next()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(client.generations.get(made.id)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await client.close();
    await guarded.close();
  });

  it('has limits that are errors of their own', async () => {
    const guarded = await ApiServer.start({ auth: {}, queueCapacity: 2 });
    const quota = clientOf(guarded.url, { apiKey: (await newKey(guarded, 'CREATOR', { maxQueued: 1 })).secret });
    await quota.generate({ prompt: 'one' });
    await expect(quota.generate({ prompt: 'two' })).rejects.toMatchObject({
      code: 'QUOTA_EXCEEDED',
      quota: 'QUEUED',
      limit: 1,
    });
    const full = clientOf(guarded.url, { apiKey: (await newKey(guarded, 'CREATOR')).secret });
    await full.generate({ prompt: 'three' });
    await expect(full.generate({ prompt: 'four' })).rejects.toMatchObject({ code: 'QUEUE_FULL', capacity: 2 });

    const slow = clientOf(guarded.url, { apiKey: (await newKey(guarded, 'VIEWER', { requestsPerMinute: 1 })).secret });
    await slow.models();
    const refused = await slow.models().catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) });
    await guarded.close();
  });
});

describe('the rest of the contract', () => {
  it('lists, page by page', async () => {
    const client = clientOf(server.url);
    for (let one = 0; one < 3; one++) await client.generate({ prompt: `listed ${one}` });
    const page = await client.generations.list({ first: 2, filter: { promptContains: 'listed' } });
    expect(page).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true } });
    const prompts: string[] = [];
    for await (const { prompt } of client.generations.all({ promptContains: 'listed' })) prompts.push(prompt);
    expect(prompts).toEqual(['listed 2', 'listed 1', 'listed 0']);
    await client.close();
  });

  it('creates all or none', async () => {
    const client = clientOf(server.url);
    const both = await client.generations.createMany([{ prompt: 'one' }, { prompt: 'two' }]);
    expect(both).toHaveLength(2);
    const wrong = client.generations.createMany([{ prompt: 'fine' }, { prompt: 'a'.repeat(513) }]);
    await expect(wrong).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(wrong).rejects.toSatisfy(
      (error: { issues: { path: string[] }[] }) => error.issues[0]?.path.includes('1') === true,
    );
    await client.close();
  });

  it('uploads a picture for the first frame, and says what is none', async () => {
    const client = clientOf(server.url);
    const png = await sharp({ create: { width: 64, height: 32, channels: 3, background: 'teal' } })
      .png()
      .toBuffer();
    const upload = await client.upload(new Uint8Array(png));
    expect(upload).toMatchObject({ mimeType: 'image/png', width: 64, height: 32 });
    const made = await client.generate({ prompt: 'a boat', firstFrameUploadId: upload.id });
    expect(made.created.firstFrame).toMatchObject({ id: upload.id, width: 64, height: 32 });
    await expect(client.upload(new Blob(['no picture']))).rejects.toMatchObject({ code: 'UNUSABLE_UPLOAD' });
    await made.cancel();
    await client.close();
  });

  it('says what would fit', async () => {
    const client = clientOf(server.url);
    expect(await client.estimate()).toMatchObject({ estimate: null, settings: { width: 256 } });
    const { created } = await client.generate({ prompt: 'a boat' });
    const { guidanceInterval, cacheSteps, ...settings } = created.settings;
    expect([guidanceInterval, cacheSteps]).toEqual([null, null]);
    const largest = { ...settings, width: 128, height: 96 };
    server.scheduler.fitting = { fits: false, requiredBytes: 9e9, availableBytes: 8e9, largest };
    await expect(client.generate({ prompt: 'too much' })).rejects.toMatchObject({
      code: 'DOES_NOT_FIT',
      requiredBytes: 9e9,
      largestThatFits: { width: 128, height: 96 },
    });
    server.scheduler.fitting = { fits: true };
    await client.close();
  });

  it('moves, stars and deletes', async () => {
    const client = clientOf(server.url);
    const { id } = await client.generate({ prompt: 'a boat' });
    expect(await client.generations.setPriority(id, 7)).toMatchObject({ priority: 7 });
    expect(await client.generations.setStarred(id, true)).toMatchObject({ starred: true });
    await server.scheduler.start(localId(id));
    await expect(client.generations.delete(id)).rejects.toMatchObject({ code: 'GENERATION_BUSY', generationId: id });
    await client.generations.cancel(id);
    await client.generations.delete(id);
    await expect(client.generations.get(id)).rejects.toMatchObject({ code: 'NOT_FOUND', id });
    await client.close();
  });

  it('tells of the machine, and of changes to it', async () => {
    const client = clientOf(server.url);
    expect(await client.models()).toMatchObject([{ name: 'toy' }]);
    expect(await client.devices()).toMatchObject([{ name: 'Test CPU' }]);
    const states = client.watchQueue();
    expect(await states.next()).toMatchObject({ value: { paused: false } });
    expect(await client.setQueuePaused(true)).toMatchObject({ paused: true });
    expect(await states.next()).toMatchObject({ value: { paused: true } });
    await client.setQueuePaused(false);
    await states.return();
    const devices = client.watchDevices();
    expect(await devices.next()).toMatchObject({ value: { name: 'Test CPU' } });
    await devices.return();
    await client.close();
  });

  it('names the server that does not answer', async () => {
    const client = clientOf('http://127.0.0.1:9');
    await expect(client.models()).rejects.toThrow('No ReelQL server answers at http://127.0.0.1:9.');
    expect(await client.isReachable()).toBe(false);
  });
});
