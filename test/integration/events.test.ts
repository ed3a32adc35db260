import type { Client } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApiServer } from '../support/api-server.js';
import { create, follow, graphql, type Json, localId, socketClient } from '../support/graphql-client.js';
import { picture } from '../support/hand-scheduler.js';

let server: ApiServer;
let client: Client;
beforeAll(async () => {
  server = await ApiServer.start();
});
afterAll(() => server.close());
beforeEach(() => {
  client = socketClient(server.url);
});
afterEach(async () => {
  await client.dispose();
  await expect.poll(() => server.events.size).toBe(0);
});

async function queued(): Promise<{ globalId: string; id: string }> {
  const { generation } = await create(server.url, { prompt: 'a boat' });
  return { globalId: generation.id, id: localId(generation.id) };
}

/** From start to a stored video: events 2 to 7. */
async function runThrough(id: string): Promise<void> {
  const { scheduler } = server;
  await scheduler.start(id);
  for (const step of [1, 2, 3, 4]) await scheduler.step(id, step);
  await scheduler.succeed(id, [await server.storeVideo(Buffer.from(`video of ${id}`))]);
}

const sequences = (events: Json[]) => events.map((event) => event.sequence);
const types = (events: Json[]) => events.map((event) => event.__typename);

describe('generationEvents', () => {
  it('follows a generation live from the first event to the last, with a picture of each step', async () => {
    const { globalId, id } = await queued();
    const events = follow(client, globalId);
    expect(await events.next()).toMatchObject({
      __typename: 'GenerationQueued',
      sequence: 1,
      position: 1,
      generationId: globalId,
    });
    await server.scheduler.start(id);
    expect(await events.next()).toMatchObject({
      __typename: 'GenerationStarted',
      sequence: 2,
      device: { id: 'device_cpu' },
    });
    await server.scheduler.step(id, 1);
    const { progress } = await events.next();
    expect(progress).toMatchObject({ phase: 'DENOISING', step: 1, totalSteps: 4, fraction: 0.25 });
    expect(Buffer.from(progress.preview.data, 'base64')).toEqual(Buffer.from(picture(1).data));
    const served = await fetch(progress.preview.url);
    expect(served.headers.get('content-type')).toBe('image/webp');
    expect(Buffer.from(await served.arrayBuffer())).toEqual(Buffer.from(picture(1).data));

    const video = await server.storeVideo(Buffer.from('a video'));
    await server.scheduler.succeed(id, [video]);
    const rest = await events.rest();
    expect(rest).toMatchObject([
      { __typename: 'GenerationSucceeded', sequence: 4, artifacts: [{ sha256: video.sha256 }] },
    ]);
  });

  it('replays to one who comes late, and completes', async () => {
    const { globalId, id } = await queued();
    await runThrough(id);
    const events = await follow(client, globalId).rest();
    expect(sequences(events)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(types(events).at(-1)).toBe('GenerationSucceeded');
  });

  it('completes at once for one who has seen the end', async () => {
    const { globalId, id } = await queued();
    await runThrough(id);
    expect(await follow(client, globalId, 7).rest()).toEqual([]);
    expect(await follow(client, globalId, 999).rest()).toEqual([]);
  });

  it.each([0, 1, 2, 3, 4, 5, 6])('resumes after %i without a gap and without a repeat', async (after) => {
    const { globalId, id } = await queued();
    const { scheduler } = server;
    await scheduler.start(id);
    await scheduler.step(id, 1);
    // Joins in the middle: part of the log is stored, the rest is written while it reads.
    const events = follow(client, globalId, after).rest();
    const writing = (async () => {
      for (const step of [2, 3, 4]) await scheduler.step(id, step);
      await scheduler.succeed(id, [await server.storeVideo(Buffer.from('v'))]);
    })();
    await writing;
    expect(sequences(await events)).toEqual([1, 2, 3, 4, 5, 6, 7].slice(after));
  });

  it('serves many at once, each by its own place in the log', async () => {
    const { globalId, id } = await queued();
    const followers = [0, 1, 2, 0, 1, 2].map((after) => ({ after, events: follow(client, globalId, after).rest() }));
    await runThrough(id);
    for (const { after, events } of followers)
      expect(sequences(await events)).toEqual([1, 2, 3, 4, 5, 6, 7].slice(after));
  });

  it('lets go when the client leaves', async () => {
    const { globalId } = await queued();
    const events = follow(client, globalId);
    await events.next();
    expect(server.events.size).toBe(1);
    await events.leave();
    await expect.poll(() => server.events.size).toBe(0);
  });

  it('answers an unknown generation with NOT_FOUND', async () => {
    for (const id of ['generation_01a2047d-bbb4-70aa-b60a-5502d325c74c', 'nonsense']) {
      await expect(follow(client, id).next()).rejects.toThrow('NOT_FOUND');
    }
  });

  it('tells why a generation failed', async () => {
    const { globalId, id } = await queued();
    await server.scheduler.start(id);
    const failure = { code: 'DEVICE_LOST' as const, message: 'The device was lost.', retryable: true };
    await server.scheduler.recorder.failed(id, failure, {
      queueSeconds: 0,
      computeSeconds: 0,
      wallSeconds: 0,
      peakBytes: null,
      denoiserRows: 12,
      averageBatchRows: 2,
      resumes: 0,
      preemptions: 0,
    });
    const events = await follow(client, globalId).rest();
    expect(events.at(-1)).toMatchObject({ __typename: 'GenerationFailed', failure });
  });
});

describe('cancelGeneration', () => {
  const cancel = async (id: string) => {
    const query = `mutation ($id: ID!) { cancelGeneration(input: {id: $id}) {
      __typename ... on CancelGenerationSuccess { generation { status lastSequence } } ... on NotFound { id message } } }`;
    return (await graphql(server.url, query, { id })).data.cancelGeneration;
  };

  it('ends one that waits and one that runs, and whoever watches them', async () => {
    for (const begin of [async () => {}, (id: string) => server.scheduler.start(id)]) {
      const { globalId, id } = await queued();
      await begin(id);
      const events = follow(client, globalId).rest();
      expect(await cancel(globalId)).toMatchObject({ generation: { status: 'CANCELED' } });
      expect(types(await events).at(-1)).toBe('GenerationCanceled');
      expect(server.scheduler.queue().waiting).not.toContain(id);
    }
  });

  it('returns one that has ended unchanged, and drops what comes after the end', async () => {
    const { globalId, id } = await queued();
    await runThrough(id);
    expect(await cancel(globalId)).toMatchObject({ generation: { status: 'SUCCEEDED', lastSequence: 7 } });
    const other = await queued();
    await server.scheduler.start(other.id);
    await cancel(other.globalId);
    expect(await cancel(other.globalId)).toMatchObject({ generation: { status: 'CANCELED', lastSequence: 3 } });
    expect(await server.scheduler.step(other.id, 1)).toBe(false);
  });

  it('answers an unknown id with NotFound', async () => {
    const unknown = 'generation_01a2047d-bbb4-70aa-b60a-5502d325c74c';
    expect(await cancel(unknown)).toMatchObject({ __typename: 'NotFound', id: unknown });
    expect(await cancel('x')).toMatchObject({ __typename: 'NotFound', id: 'x' });
  });
});
