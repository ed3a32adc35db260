import { rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApiServer } from '../support/api-server.js';
import { created, finish, generationOf, mutate, submissions } from '../support/contract.js';
import { follow, type Json, localId, socketClient } from '../support/graphql-client.js';
import { newKey, type TestKey } from '../support/keys.js';

let server: ApiServer;
/** Another one for each test, so that they can share a server. */
let pinned: { prompt: string; settings: { seed: number } };
let tests = 0;
beforeAll(async () => {
  server = await ApiServer.start();
});
beforeEach(() => {
  tests += 1;
  pinned = { prompt: `A red car, take ${tests}`, settings: { seed: 7 } };
});
afterAll(() => server.close());

const eventually = (id: string, status: string) =>
  expect.poll(async () => (await generationOf(server, id)).status).toBe(status);

async function stored(input: object = {}): Promise<Json> {
  const generation = await created(server, { ...pinned, ...input });
  await finish(server, generation.id);
  return generationOf(server, generation.id);
}

describe('a stored video', () => {
  it('answers the same request with the same seed at once', async () => {
    const first = await stored();
    const second = await created(server, pinned);
    expect(second).toMatchObject({ status: 'SUCCEEDED', cached: true, artifacts: first.artifacts, usage: null });
    expect(second.progress).toMatchObject({ phase: 'DONE', fraction: 1, queuePosition: null });
    expect(second.id).not.toBe(first.id);
    expect(first.cached).toBe(false);
    expect(submissions(server, second.id)).toBe(0);
    const client = socketClient(server.url);
    const events = await follow(client, second.id).rest();
    expect(events.map((event: Json) => event.__typename)).toEqual(['GenerationQueued', 'GenerationSucceeded']);
    expect(events[1].artifacts[0].sha256).toBe(first.artifacts[0].sha256);
    await client.dispose();
  });

  it.each([
    ['another prompt', { prompt: 'A blue car' }],
    ['another negative prompt', { negativePrompt: 'blurry' }],
    ['another seed', { settings: { seed: 8 } }],
    ['another size', { settings: { seed: 7, width: 128 } }],
    ['other outputs', { outputs: { formats: ['GIF'] } }],
    ['a crop', { outputs: { crop: { x: 0, y: 0, width: 32, height: 32 } } }],
    ['SOLO where it was batched', { batching: 'SOLO' }],
    ['no seed', { settings: {} }],
    ['the cache refreshed', { cache: 'REFRESH' }],
    ['the cache bypassed', { cache: 'BYPASS' }],
  ])('does not answer %s', async (_name, input) => {
    await stored();
    const second = await created(server, { ...pinned, ...input });
    expect(second).toMatchObject({ status: 'QUEUED', cached: false });
    expect(submissions(server, second.id)).toBe(1);
  });

  it('answers the defaults said in words like the defaults left out', async () => {
    await stored();
    const settings = { seed: 7, width: 256, height: 160, steps: 4, sampler: 'UNIPC' };
    const input = { ...pinned, settings, negativePrompt: ' ', outputs: { formats: ['MP4_H264'], subtitles: [] } };
    expect(await created(server, input)).toMatchObject({ cached: true });
  });

  it('answers a request without a seed where the caller says so, with the seed that it has', async () => {
    await stored();
    const { prompt } = pinned;
    const anySeed = await created(server, { prompt, cache: 'USE_ANY_SEED' });
    expect(anySeed).toMatchObject({ cached: true, settings: { seed: 7 } });
    const otherSeed = await created(server, { prompt, cache: 'USE_ANY_SEED', settings: { seed: 8 } });
    expect(otherSeed.cached).toBe(false);
  });

  it('is followed by the fresher one', async () => {
    await stored();
    const fresh = await created(server, { ...pinned, cache: 'REFRESH' });
    await finish(server, fresh.id, 'fresh');
    const { artifacts } = await generationOf(server, fresh.id);
    expect(await created(server, pinned)).toMatchObject({ cached: true, artifacts });
  });

  it('that was made past the cache answers nobody', async () => {
    const secret = await stored({ cache: 'BYPASS' });
    expect(secret.status).toBe('SUCCEEDED');
    expect(await created(server, pinned)).toMatchObject({ cached: false });
  });

  it('whose file is gone answers nobody', async () => {
    const first = await stored();
    await rm(server.artifacts.path(first.artifacts[0].sha256));
    expect(await created(server, pinned)).toMatchObject({ status: 'QUEUED', cached: false });
  });

  it('needs no room in the queue', async () => {
    const small = await ApiServer.start({ queueCapacity: 1 });
    try {
      const { id } = await created(small, pinned);
      await finish(small, id);
      await created(small, { prompt: 'waits' });
      expect(await created(small, pinned)).toMatchObject({ cached: true });
      expect(await mutate(small, 'createGeneration', { prompt: 'x' })).toMatchObject({ __typename: 'QueueFull' });
    } finally {
      await small.close();
    }
  });
});

describe('identical requests in flight', () => {
  it('run once, and share the result', async () => {
    const [leader, ...followers] = await Promise.all([1, 2, 3].map(() => created(server, pinned)));
    const ids = [leader, ...followers].map((one) => one.id);
    const runs = ids.filter((id) => submissions(server, id) === 1);
    expect(runs).toHaveLength(1);
    await finish(server, runs[0] as string);
    for (const id of ids) await eventually(id, 'SUCCEEDED');
    const results = await Promise.all(ids.map((id) => generationOf(server, id)));
    expect(new Set(results.map((one) => one.artifacts[0].sha256)).size).toBe(1);
    expect(results.filter((one) => one.cached)).toHaveLength(2);
  });

  it.each(['fail', 'cancel'])('go on where the leader %ss: one of them runs, the others wait for it', async (how) => {
    const leader = await created(server, pinned);
    const first = await created(server, pinned);
    const second = await created(server, pinned);
    const position = async (id: string) => (await generationOf(server, id)).progress.queuePosition;
    expect(await position(second.id)).toBe(await position(leader.id));
    await server.scheduler.start(localId(leader.id));
    if (how === 'fail') await server.scheduler.fail(localId(leader.id));
    else await mutate(server, 'cancelGeneration', { id: leader.id });
    await expect.poll(() => submissions(server, first.id)).toBe(1);
    expect(submissions(server, second.id)).toBe(0);
    await finish(server, first.id);
    await eventually(second.id, 'SUCCEEDED');
    expect(await generationOf(server, second.id)).toMatchObject({ cached: true });
    expect(await generationOf(server, first.id)).toMatchObject({ cached: false });
  });

  it('can be canceled one by one', async () => {
    const leader = await created(server, pinned);
    const follower = await created(server, pinned);
    const { generation } = await mutate(server, 'cancelGeneration', { id: follower.id });
    expect(generation.status).toBe('CANCELED');
    await finish(server, leader.id);
    expect((await generationOf(server, follower.id)).status).toBe('CANCELED');
    expect(server.service.queue().waiting).not.toContain(localId(follower.id));
  });

  it('do not wait for a less urgent one', async () => {
    await created(server, { ...pinned, priority: 0 });
    const urgent = await created(server, { ...pinned, priority: 5 });
    expect(submissions(server, urgent.id)).toBe(1);
  });

  it('share without a seed of their own where the caller says so', async () => {
    const { prompt } = pinned;
    const leader = await created(server, { prompt });
    const follower = await created(server, { prompt, cache: 'USE_ANY_SEED' });
    expect(follower.settings.seed).toBe(leader.settings.seed);
    expect(submissions(server, follower.id)).toBe(0);
  });
});

describe('between API keys', () => {
  const cachedFor = async (server: ApiServer, key: TestKey) => (await created(server, pinned, key.headers)).cached;

  it.each([
    ['key', false],
    ['server', true],
  ] as const)('with cacheScope %s, the video of another key answers: %s', async (cacheScope, shared) => {
    const guarded = await ApiServer.start({ auth: {}, cacheScope });
    try {
      const [ana, ben] = [await newKey(guarded, 'CREATOR'), await newKey(guarded, 'CREATOR')];
      const { id } = await created(guarded, pinned, ana.headers);
      // In flight: whoever waits for it would learn of it too.
      const meanwhile = await created(guarded, pinned, ben.headers);
      expect(submissions(guarded, meanwhile.id)).toBe(shared ? 0 : 1);
      await mutate(guarded, 'cancelGeneration', { id: meanwhile.id }, ben.headers);
      await finish(guarded, id);
      const anySeed = { prompt: pinned.prompt, cache: 'USE_ANY_SEED' };
      expect((await created(guarded, anySeed, ben.headers)).cached).toBe(shared);
      expect(await cachedFor(guarded, ben)).toBe(shared);
      expect(await cachedFor(guarded, ana)).toBe(true);
      // Who may see it anyway learns nothing.
      expect(await cachedFor(guarded, await newKey(guarded, 'ADMIN'))).toBe(true);
    } finally {
      await guarded.close();
    }
  });
});

describe('after a restart', () => {
  let shared: ApiServer;
  beforeEach(async () => {
    shared = server;
    server = await ApiServer.start();
  });
  afterEach(async () => {
    await server.close();
    server = shared;
  });

  it('a stored video answers, from one that was itself answered so', async () => {
    const first = await stored();
    const copy = await created(server, pinned);
    await mutate(server, 'deleteGeneration', { id: first.id });
    await server.stop();
    server = await ApiServer.start({ dataDir: server.dataDir });
    const again = await created(server, pinned);
    expect(again.cached).toBe(true);
    expect(again.artifacts[0].sha256).toBe(copy.artifacts[0].sha256);
  });

  it('identical requests in flight share their result', async () => {
    const leader = await created(server, pinned);
    const follower = await created(server, pinned);
    await server.scheduler.start(localId(leader.id));
    await server.stop();
    server = await ApiServer.start({ dataDir: server.dataDir });
    expect(server.scheduler.submitted.map((job) => job.generationId)).toEqual([localId(leader.id)]);
    await finish(server, leader.id);
    await eventually(follower.id, 'SUCCEEDED');
  });

  it('they share a result that came just before the server ended', async () => {
    const leader = await created(server, pinned);
    const follower = await created(server, pinned);
    await server.stop();
    // As the leader's end was written and the follower's was not.
    const offline = await ApiServer.start({ dataDir: server.dataDir });
    await finish(offline, leader.id);
    await expect.poll(async () => (await generationOf(offline, follower.id)).status).toBe('SUCCEEDED');
    await offline.database.client.generation.update({
      where: { id: localId(follower.id) },
      data: { status: 'QUEUED', cached: false, leaderId: localId(leader.id), lastSequence: 1 },
    });
    await offline.database.client.artifact.deleteMany({ where: { generationId: localId(follower.id) } });
    await offline.database.client.generationEvent.deleteMany({
      where: { generationId: localId(follower.id), sequence: 2 },
    });
    await offline.stop();
    server = await ApiServer.start({ dataDir: server.dataDir });
    await eventually(follower.id, 'SUCCEEDED');
    expect(server.scheduler.submitted).toEqual([]);
  });
});
