import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiServer } from '../support/api-server.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { create, localId } from '../support/graphql-client.js';
import { ResumingFollower } from '../support/resuming-follower.js';

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

const steps = 4;
/** Queued, started, four steps, succeeded. */
const everything = [1, 2, 3, 4, 5, 6, 7];

/** What happens to a generation after it was created, one event each. */
async function* life(id: string): AsyncGenerator<void, void, void> {
  yield server.scheduler.start(id);
  for (let step = 1; step <= steps; step++) {
    await server.scheduler.step(id, step);
    yield;
  }
  yield server.scheduler.succeed(id, [await server.storeVideo(Buffer.from(`video of ${id}`))]);
}

async function queued(): Promise<string> {
  return (await create(server.url, { prompt: 'a boat' })).generation.id;
}

describe('a subscriber whose connection breaks', () => {
  it.each([1, 2, 3, 4, 5, 6])('after event %i sees each event once', async (count) => {
    const id = await queued();
    const follower = new ResumingFollower(server.url, id);
    const events = life(localId(id));
    for (let seen = 1; seen < count; seen++) await events.next();
    await follower.saw(count);
    follower.terminate();
    // Some of what follows is stored before the client is back, some after.
    for await (const _ of events);
    await follower.completed;
    expect(follower.sequences).toEqual(everything);
    expect(follower.seen.at(-1)?.__typename).toBe('GenerationSucceeded');
    await follower.dispose();
  });

  it('at any byte, any number of times, sees each event once', async () => {
    // The answer to the handshake is 129 bytes, the acknowledgement 27, an event 200 to 500.
    const breaks = fc.array(fc.integer({ min: 1, max: 2500 }), { minLength: 1, maxLength: 6 });
    let broken = 0;
    await fc.assert(
      fc.asyncProperty(breaks, fc.nat(6), async (bytes, early) => {
        const id = await queued();
        const events = life(localId(id));
        // So many events are there before anybody listens.
        for (let one = 0; one < early; one++) await events.next();
        network.breakAfter(bytes);
        const follower = new ResumingFollower(network.url, id);
        for await (const _ of events);
        await follower.completed;
        expect(follower.sequences).toEqual(everything);
        broken += network.connections - 1;
        await follower.dispose();
      }),
      { numRuns: 30 },
    );
    expect(broken).toBeGreaterThan(30);
    await expect.poll(() => server.events.size).toBe(0);
  });
});

describe('a server that is stopped', () => {
  it('sends its subscribers away with 1001, and they go on where they were with the next one', async () => {
    const first = await ApiServer.start();
    const { generation } = await create(first.url, { prompt: 'a boat' });
    const id = localId(generation.id);
    await first.scheduler.start(id);
    await first.scheduler.step(id, 1);
    const way = await CuttingProxy.start(first.url);
    const follower = new ResumingFollower(way.url, generation.id);
    await follower.saw(3);
    // From then on its port may be somebody else's.
    way.target = null;
    await first.stop();

    const second = await ApiServer.start({ dataDir: first.dataDir });
    way.target = second.url;
    await second.scheduler.start(id);
    await second.scheduler.succeed(id, [await second.storeVideo(Buffer.from('video'))]);
    await follower.completed;
    expect(follower.closed[0]).toBe(1001);
    expect(follower.seen.map(({ __typename }) => __typename)).toEqual([
      'GenerationQueued',
      'GenerationStarted',
      'GenerationProgressed',
      'GenerationResumed',
      'GenerationStarted',
      'GenerationSucceeded',
    ]);
    expect(follower.sequences).toEqual([1, 2, 3, 4, 5, 6]);
    await follower.dispose();
    await way.close();
    await second.close();
  });
});
