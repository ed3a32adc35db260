import type { Client } from 'graphql-ws';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiServer } from '../support/api-server.js';
import { created, finish } from '../support/contract.js';
import { graphql, type Json, localId, socketClient } from '../support/graphql-client.js';

let server: ApiServer;
let client: Client;
beforeEach(async () => {
  server = await ApiServer.start();
  client = socketClient(server.url);
});
afterEach(async () => {
  await client.dispose();
  await server.close();
});

function watch(query: string) {
  const results = client.iterate<Json>({ query });
  return {
    async next(): Promise<Json> {
      const { value } = await results.next();
      if (value.errors) throw new Error(JSON.stringify(value.errors));
      return Object.values(value.data)[0];
    },
    leave: () => results.return?.(),
  };
}

describe('queueChanged', () => {
  it('gives the queue at once, then what it has become, with what happened in between left out', async () => {
    const queue = watch('subscription { queueChanged { paused depth running entries { edges { node { prompt } } } } }');
    expect(await queue.next()).toEqual({ paused: false, depth: 0, running: 0, entries: { edges: [] } });
    const { id } = await created(server, { prompt: 'first' });
    await created(server, { prompt: 'second' });
    const both = await queue.next();
    // Whether the first one is reported by itself depends on when it came; the next report has both.
    if (both.depth === 1) expect(await queue.next()).toMatchObject({ depth: 2 });
    else expect(both).toMatchObject({ depth: 2 });
    await server.scheduler.start(localId(id));
    expect(await queue.next()).toMatchObject({ running: 1, entries: { edges: [{ node: { prompt: 'second' } }] } });
    server.scheduler.setPaused(true);
    expect(await queue.next()).toMatchObject({ paused: true });
    await queue.leave();
  });

  it('comes at most twice a second', async () => {
    const queue = watch('subscription { queueChanged { depth } }');
    await queue.next();
    const begin = performance.now();
    let depth = 0;
    while (depth < 8) {
      const next = queue.next();
      for (let n = 0; n < 4; n++) await created(server, {});
      ({ depth } = await next);
    }
    // Two reports at least, so one rest of half a second lies between the first answer and the last.
    expect(performance.now() - begin).toBeGreaterThan(450);
    await queue.leave();
  });
});

describe('deviceChanged', () => {
  it('gives a device at once, and again when it has changed', async () => {
    const device = watch(`subscription { deviceChanged(deviceId: "device_cpu") { id status running { id }
      memory { weightsBytes activationsBytes headroomBytes othersBytes } } }`);
    const memory = { weightsBytes: 123, activationsBytes: 0, headroomBytes: 1.5 * 2 ** 30, othersBytes: null };
    expect(await device.next()).toEqual({ id: 'device_cpu', status: 'IDLE', running: [], memory });
    const { id } = await created(server, {});
    await server.scheduler.start(localId(id));
    expect(await device.next()).toMatchObject({ running: [{ id }] });
    await device.leave();
  });

  it('refuses a device that is not there', async () => {
    const device = watch('subscription { deviceChanged(deviceId: "device_cuda-7") { id } }');
    await expect(device.next()).rejects.toThrow('NOT_FOUND');
  });
});

describe('the log of a generation', () => {
  it('is a connection, from the oldest to the newest', async () => {
    const { id } = await created(server, {});
    await finish(server, id);
    const read = async (args: string) => {
      const query = `query ($id: ID!) { node(id: $id) { ... on Generation { events(${args}) { totalCount
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { node { __typename ... on SequencedEvent { sequence } } } } } } }`;
      const { data, errors } = await graphql(server.url, query, { id });
      return errors ? { errors } : data.node.events;
    };
    const all = await read('first: 100');
    expect(all.edges.map(({ node }: Json) => [node.sequence, node.__typename])).toEqual([
      [1, 'GenerationQueued'],
      [2, 'GenerationStarted'],
      [3, 'GenerationSucceeded'],
    ]);
    const first = await read('first: 1');
    expect(first).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true, hasPreviousPage: false } });
    const rest = await read(`after: "${first.pageInfo.endCursor}"`);
    expect(rest.edges.map(({ node }: Json) => node.sequence)).toEqual([2, 3]);
    const last = await read('last: 1');
    expect(last.edges[0].node.sequence).toBe(3);
    const before = await read(`last: 5, before: "${last.pageInfo.startCursor}"`);
    expect(before.edges.map(({ node }: Json) => node.sequence)).toEqual([1, 2]);
    const wrong = Buffer.from('k:x').toString('base64url');
    expect((await read(`after: "${wrong}"`)).errors[0].extensions.code).toBe('BAD_USER_INPUT');
  });
});
