import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { anyone, type Caller } from '../../src/auth/caller.js';
import { isFinal } from '../../src/generations/lifecycle.js';
import type { GenerationRecord } from '../../src/generations/record.js';
import { ApiServer } from '../support/api-server.js';
import { newKey } from '../support/keys.js';

/** Few different requests, so that many are identical. */
const wishes = [
  { settings: { seed: 1 } },
  { settings: { seed: 2 } },
  { cache: 'USE_ANY_SEED' },
  { settings: { seed: 1 }, cache: 'REFRESH' },
  { settings: { seed: 1 }, priority: 5 },
] as const;
const ends = ['succeed', 'fail', 'cancel', 'delete'] as const;

const creation = fc.record({
  type: fc.constant('create' as const),
  wish: fc.nat({ max: wishes.length - 1 }),
  limited: fc.boolean(),
});
const ending = fc.record({ type: fc.constantFrom('start' as const, ...ends), which: fc.nat() });
const restart = fc.record({ type: fc.constant('restart' as const) });
const action = fc.oneof(
  { arbitrary: creation, weight: 6 },
  { arbitrary: ending, weight: 8 },
  { arbitrary: restart, weight: 1 },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

const maxRunning = 2;
let server: ApiServer;
let limited: Caller;
beforeAll(async () => {
  server = await ApiServer.start({ queueCapacity: 1000 });
  limited = { keyId: (await newKey(server, 'CREATOR', { maxRunning })).id, role: 'CREATOR' };
});
afterAll(() => server.close());

async function unfinished(): Promise<GenerationRecord[]> {
  return (await server.store.list({}, { from: 'newest', limit: 1000 })).filter(({ status }) => !isFinal(status));
}

/** With the scheduler. */
function held(): string[] {
  const { waiting, running } = server.scheduler.queue();
  return [...waiting, ...running];
}

/** What must be so whenever nothing moves. Given as text, so that a failure says what it was. */
async function problem(): Promise<string | null> {
  const open = await unfinished();
  const submitted = new Set(held());
  const ofKey = open.filter(({ clientId }) => clientId === limited.keyId);
  const runOfKey = ofKey.filter(({ id }) => submitted.has(id)).length;
  if (runOfKey > maxRunning) return `${runOfKey} of a key with the scheduler`;
  const known = new Map(open.map((one) => [one.id, one]));
  for (const one of open) {
    if (submitted.has(one.id)) {
      if (one.leaderId !== null) return 'a follower runs';
    } else if (one.leaderId !== null) {
      if (!known.has(one.leaderId)) return 'a follower waits for one that has ended';
    } else if (one.clientId !== limited.keyId) {
      return 'one that nothing keeps back is not with the scheduler';
    } else if (runOfKey < maxRunning) {
      return 'a key has room and one of it waits';
    }
  }
  return null;
}

async function act(one: Action, prompt: string): Promise<void> {
  if (one.type === 'restart') {
    await server.stop();
    server = await ApiServer.start({ dataDir: server.dataDir, queueCapacity: 1000 });
    return;
  }
  if (one.type === 'create') {
    const request = { prompt, ...wishes[one.wish] } as Parameters<typeof server.service.create>[1];
    expect((await server.service.create(one.limited ? limited : anyone, request)).kind).toBe('created');
    return;
  }
  const { waiting, running } = server.scheduler.queue();
  const open = await unfinished();
  const from =
    one.type === 'start' ? waiting : one.type === 'succeed' || one.type === 'fail' ? running : open.map(({ id }) => id);
  const id = from[one.which % Math.max(1, from.length)];
  if (id === undefined) return;
  if (one.type === 'start') await server.scheduler.start(id);
  if (one.type === 'succeed') await succeed(id);
  if (one.type === 'fail') await server.scheduler.fail(id);
  if (one.type === 'cancel') await server.service.cancel(anyone, id);
  if (one.type === 'delete') await server.service.delete(anyone, id);
}

async function succeed(id: string): Promise<void> {
  await server.scheduler.succeed(id, [await server.storeVideo(Buffer.from(`video of ${id}`))]);
}

it('whatever happens to identical requests and those over a quota, each runs in its turn and none is forgotten', async () => {
  let round = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 25 }), async (actions) => {
      round += 1;
      for (const one of actions) {
        await act(one, `Round ${round}`);
        await expect.poll(problem, { interval: 1 }).toBeNull();
      }
      // The scheduler does all that it is given, until there is nothing more.
      for (let id = held()[0]; id; id = held()[0]) {
        if (server.scheduler.queue().waiting.includes(id)) await server.scheduler.start(id);
        await succeed(id);
        await expect.poll(problem, { interval: 1 }).toBeNull();
      }
      expect(await unfinished()).toEqual([]);
      for (const record of await server.store.list(
        { promptContains: `Round ${round}` },
        { from: 'newest', limit: 100 },
      )) {
        const log = await server.events.log.read(record.id, 0, 100);
        expect(log.map(({ sequence }) => sequence)).toEqual(log.map((_, index) => index + 1));
        expect(log.length).toBe(record.lastSequence);
        expect(record.artifacts.length > 0).toBe(record.status === 'SUCCEEDED');
        for (const { sha256 } of record.artifacts) expect(await server.artifacts.has(sha256)).toBe(true);
      }
    }),
    { numRuns: Number(process.env.REELQL_TEST_RUNS ?? 5) },
  );
});
