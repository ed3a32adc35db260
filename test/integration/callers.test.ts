import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiServer } from '../support/api-server.js';
import { created, finish, generationOf, mutate, submissions } from '../support/contract.js';
import { graphql, type Json, localId } from '../support/graphql-client.js';
import { HandClock } from '../support/hand-clock.js';
import { newKey, type TestKey } from '../support/keys.js';

const clock = new HandClock();
let server: ApiServer;
let owner: TestKey;
let stranger: TestKey;
let viewer: TestKey;
let admin: TestKey;
/** The owner's. */
let id: string;
beforeAll(async () => {
  server = await ApiServer.start({ auth: {}, clock });
  owner = await newKey(server, 'CREATOR');
  stranger = await newKey(server, 'CREATOR');
  viewer = await newKey(server, 'VIEWER');
  admin = await newKey(server, 'ADMIN');
  id = (await created(server, {}, owner.headers)).id;
});
afterAll(() => server.close());

const visible = async (key: TestKey): Promise<Json> => {
  const query = `{ generations { totalCount edges { node { id } } }
    queue { depth entries { totalCount edges { node { id } } } } devices { running { id } } }`;
  return (await graphql(server.url, query, {}, key.headers)).data;
};

describe('a key', () => {
  it('sees its own generations and those of nobody else', async () => {
    for (const key of [owner, admin]) {
      expect(await generationOf(server, id, key.headers)).toMatchObject({ id });
      const seen = await visible(key);
      expect(seen.generations).toEqual({ totalCount: 1, edges: [{ node: { id } }] });
      expect(seen.queue).toMatchObject({ depth: 1, entries: { totalCount: 1, edges: [{ node: { id } }] } });
    }
    for (const key of [stranger, viewer]) {
      expect(await generationOf(server, id, key.headers)).toBeNull();
      const seen = await visible(key);
      expect(seen.generations).toEqual({ totalCount: 0, edges: [] });
      // How long the queue is, is no secret.
      expect(seen.queue).toMatchObject({ depth: 1, entries: { totalCount: 0, edges: [] } });
    }
  });

  it.each([
    ['cancelGeneration', {}],
    ['setGenerationPriority', { priority: 1 }],
    ['setGenerationStarred', { starred: true }],
    ['deleteGeneration', {}],
    ['retryGeneration', {}],
  ])('cannot %s of another one: there is none', async (field, input) => {
    expect(await mutate(server, field, { id, ...input }, stranger.headers)).toMatchObject({
      __typename: 'NotFound',
      id,
      message: `There is no generation with the id ${id}.`,
    });
    expect(await generationOf(server, id, owner.headers)).toMatchObject({ status: 'QUEUED', starred: false });
  });

  it('cannot remix what it does not see, nor learn of it through a link', async () => {
    const input = { prompt: 'x', remixedFromId: id };
    const refused = await mutate(server, 'createGeneration', input, stranger.headers);
    expect(refused).toMatchObject({ __typename: 'NotFound', id });
    const { generation } = await mutate(server, 'createGeneration', input, admin.headers);
    expect(generation.remixedFrom).toEqual({ id });
    expect((await server.store.get(localId(generation.id)))?.clientId).toBe(admin.id);
    await mutate(server, 'deleteGeneration', { id: generation.id }, admin.headers);
  });

  it('has idempotency keys of its own', async () => {
    const input = { idempotencyKey: '5f0c8a34-0d52-4f0e-8f1b-0a9d3f6f8a11' };
    const mine = await created(server, input, owner.headers);
    const theirs = await created(server, { ...input, prompt: 'Other' }, stranger.headers);
    expect(theirs.id).not.toBe(mine.id);
    expect((await created(server, input, owner.headers)).id).toBe(mine.id);
    for (const [one, key] of [[mine, owner] as const, [theirs, stranger] as const]) {
      await mutate(server, 'deleteGeneration', { id: one.id }, key.headers);
    }
  });

  it('that only views makes and changes nothing', async () => {
    const refused = async (query: string) => (await graphql(server.url, query, {}, viewer.headers)).errors;
    const fields = [
      'createGeneration(input: { prompt: "x" })',
      'createGenerations(inputs: [{ prompt: "x" }])',
      `cancelGeneration(input: { id: "${id}" })`,
      `deleteGeneration(input: { id: "${id}" })`,
      `retryGeneration(input: { id: "${id}" })`,
      `setGenerationStarred(input: { id: "${id}", starred: true })`,
      'setQueuePaused(input: { paused: true })',
    ];
    for (const field of fields) {
      const errors = await refused(`mutation { ${field} { __typename } }`);
      expect([field, errors?.[0].extensions.code]).toEqual([field, 'FORBIDDEN']);
    }
  });

  it('must be an admin to pause the queue', async () => {
    const query = 'mutation { setQueuePaused(input: { paused: true }) { __typename } }';
    expect((await graphql(server.url, query, {}, owner.headers)).errors[0].extensions.code).toBe('FORBIDDEN');
    expect(server.scheduler.paused).toBe(false);
    for (const paused of [true, false]) {
      const result = await mutate(server, 'setQueuePaused', { paused }, admin.headers);
      expect(result.queue.paused).toBe(paused);
    }
  });
});

describe('a quota', () => {
  it('of waiting ones refuses the next, until one has started', async () => {
    const key = await newKey(server, 'CREATOR', { maxQueued: 2 });
    const first = await created(server, {}, key.headers);
    await created(server, {}, key.headers);
    const refused = { __typename: 'QuotaExceeded', quota: 'QUEUED', limit: 2, retryAfterSeconds: null };
    expect(await mutate(server, 'createGeneration', { prompt: 'x' }, key.headers)).toMatchObject(refused);
    await server.scheduler.start(localId(first.id));
    await created(server, {}, key.headers);
  });

  it('of a day counts what was asked for, deleted or not, until midnight', async () => {
    clock.pass(60 * 60);
    const key = await newKey(server, 'CREATOR', { maxPerDay: 2 });
    for (const generation of [await created(server, {}, key.headers), await created(server, {}, key.headers)]) {
      await mutate(server, 'deleteGeneration', { id: generation.id }, key.headers);
    }
    expect(await mutate(server, 'createGeneration', { prompt: 'x' }, key.headers)).toMatchObject({
      __typename: 'QuotaExceeded',
      quota: 'PER_DAY',
      limit: 2,
      retryAfterSeconds: 23 * 60 * 60,
    });
    clock.pass(23 * 60 * 60);
    await created(server, {}, key.headers);
  });

  it('of a day is not charged for what the cache answers, and counts a batch whole', async () => {
    const key = await newKey(server, 'CREATOR', { maxPerDay: 2 });
    const pinned = { settings: { seed: 1 } };
    const { id: first } = await created(server, pinned, key.headers);
    await finish(server, first);
    const answered = await mutate(
      server,
      'createGenerations',
      [1, 2, 3].map(() => ({ prompt: 'A red car', ...pinned })),
      key.headers,
    );
    expect(answered.generations.map((one: Json) => one.cached)).toEqual([true, true, true]);
    const two = [{ prompt: 'x' }, { prompt: 'y' }];
    expect(await mutate(server, 'createGenerations', two, key.headers)).toMatchObject({ quota: 'PER_DAY' });
    await created(server, {}, key.headers);
  });

  it('of running ones keeps the next from the scheduler, the most urgent first', async () => {
    const key = await newKey(server, 'CREATOR', { maxRunning: 1 });
    const first = await created(server, {}, key.headers);
    const second = await created(server, {}, key.headers);
    const urgent = await created(server, { priority: 9 }, key.headers);
    const counts = () => [first, second, urgent].map((one) => submissions(server, one.id));
    expect(counts()).toEqual([1, 0, 0]);
    const { queuePosition } = (await generationOf(server, second.id, key.headers)).progress;
    expect(queuePosition).toBeGreaterThan(1);
    expect(server.service.queue().waiting).toContain(localId(second.id));
    await finish(server, first.id);
    await expect.poll(counts).toEqual([1, 0, 1]);
    await mutate(server, 'cancelGeneration', { id: urgent.id }, key.headers);
    await expect.poll(counts).toEqual([1, 1, 1]);
  });

  it('of running ones loses no place where one is canceled just as its turn comes', async () => {
    const key = await newKey(server, 'CREATOR', { maxRunning: 1 });
    const some = [];
    for (let n = 0; n < 5; n++) some.push(await created(server, {}, key.headers));
    for (const [n, one] of some.entries()) {
      await expect.poll(async () => submissions(server, one.id) > 0 || (await isCanceled(one.id))).toBe(true);
      const next = some[n + 1];
      const cancel = next && mutate(server, 'cancelGeneration', { id: next.id }, key.headers);
      if (!(await isCanceled(one.id))) await finish(server, one.id);
      await cancel;
    }
    const last = await created(server, {}, key.headers);
    await expect.poll(() => submissions(server, last.id)).toBe(1);
  });

  it('of running ones lets what ran before a restart go on first', async () => {
    let own = await ApiServer.start({ auth: {} });
    const key = await newKey(own, 'CREATOR', { maxRunning: 1 });
    const first = await created(own, {}, key.headers);
    const older = await created(own, {}, key.headers);
    const urgent = await created(own, { priority: 9 }, key.headers);
    await finish(own, first.id);
    await expect.poll(() => submissions(own, urgent.id)).toBe(1);
    await own.scheduler.start(localId(urgent.id));
    await own.stop();
    own = await ApiServer.start({ auth: {}, dataDir: own.dataDir });
    expect([older, urgent].map(({ id }) => submissions(own, id))).toEqual([0, 1]);
    await own.close();
  });
});

async function isCanceled(globalId: string): Promise<boolean> {
  return (await server.store.get(localId(globalId)))?.status === 'CANCELED';
}
