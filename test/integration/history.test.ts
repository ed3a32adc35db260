import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyone } from '../../src/auth/caller.js';
import { ApiServer } from '../support/api-server.js';
import { create, graphql, type Json, localId } from '../support/graphql-client.js';

let server: ApiServer;
/** Global ids, newest first. */
const ids: string[] = [];
beforeAll(async () => {
  server = await ApiServer.start();
  for (let n = 1; n <= 7; n++) ids.unshift((await create(server.url, { prompt: `Number ${n}` })).generation.id);
});
afterAll(() => server.close());

async function page(args: object): Promise<Json> {
  const query = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: GenerationFilter) {
    generations(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
      totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id } } } }`;
  const { data, errors } = await graphql(server.url, query, args);
  return errors ? { errors } : data.generations;
}
const idsOf = (connection: Json) => connection.edges.map((edge: Json) => edge.node.id);

describe('generations', () => {
  it('are listed newest first, and forwards page by page', async () => {
    const first = await page({ first: 3 });
    expect(idsOf(first)).toEqual(ids.slice(0, 3));
    expect(first).toMatchObject({ totalCount: 7, pageInfo: { hasNextPage: true, hasPreviousPage: false } });
    const second = await page({ first: 3, after: first.pageInfo.endCursor });
    expect(idsOf(second)).toEqual(ids.slice(3, 6));
    const third = await page({ first: 3, after: second.pageInfo.endCursor });
    expect(idsOf(third)).toEqual(ids.slice(6));
    expect(third.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
  });

  it('are listed backwards from the end', async () => {
    const last = await page({ last: 3 });
    expect(idsOf(last)).toEqual(ids.slice(4));
    expect(last.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    const before = await page({ last: 3, before: last.pageInfo.startCursor });
    expect(idsOf(before)).toEqual(ids.slice(1, 4));
    expect(before.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
    expect(idsOf(await page({ last: 3, before: before.pageInfo.startCursor }))).toEqual(ids.slice(0, 1));
  });

  it('stay in their pages while newer ones come', async () => {
    const first = await page({ first: 2 });
    const { generation } = await create(server.url, { prompt: 'Newcomer' });
    expect(idsOf(await page({ first: 2, after: first.pageInfo.endCursor }))).toEqual(ids.slice(2, 4));
    ids.unshift(generation.id);
  });

  it('refuse pages that are none', async () => {
    for (const args of [{ first: 101 }, { first: -1 }, { first: 1, last: 1 }, { after: 'nonsense' }]) {
      const { errors } = await page(args);
      expect(errors[0].extensions.code).toBe('BAD_USER_INPUT');
    }
    expect(idsOf(await page({ first: 0 }))).toEqual([]);
  });

  it('are filtered, and the count with them', async () => {
    await server.scheduler.start(localId(ids[0] ?? ''));
    const running = await page({ filter: { status: ['RUNNING'] } });
    expect(running).toMatchObject({ totalCount: 1, edges: [{ node: { id: ids[0] } }] });
    expect(await page({ filter: { status: ['QUEUED', 'RUNNING'] } })).toMatchObject({ totalCount: ids.length });
    expect(await page({ filter: { promptContains: 'number 3' } })).toMatchObject({ totalCount: 1 });
    expect(await page({ filter: { modelId: 'model_toy' } })).toMatchObject({ totalCount: ids.length });
    expect(await page({ filter: { modelId: 'model_other' } })).toMatchObject({ totalCount: 0, edges: [] });
    const now = new Date().toISOString();
    expect(await page({ filter: { createdAfter: now } })).toMatchObject({ totalCount: 0 });
    expect(await page({ filter: { createdBefore: now } })).toMatchObject({ totalCount: ids.length });
  });
});

describe('links between generations', () => {
  it('are read at once for a whole page', async () => {
    const origin = ids.at(-1) ?? '';
    for (const n of [1, 2, 3])
      await create(server.url, { prompt: `Remix ${n}`, remixedFromId: n === 3 ? ids[0] : origin });
    const reads: (readonly string[])[] = [];
    const { getMany } = server.service;
    server.service.getMany = (caller, wanted) => {
      reads.push(wanted);
      return getMany.call(server.service, caller, wanted);
    };
    const query = '{ generations(first: 3) { edges { node { prompt remixedFrom { id } retriedFrom { id } } } } }';
    const { edges } = (await graphql(server.url, query)).data.generations;
    server.service.getMany = getMany;
    expect(edges.map(({ node }: Json) => node)).toEqual([
      { prompt: 'Remix 3', remixedFrom: { id: ids[0] }, retriedFrom: null },
      { prompt: 'Remix 2', remixedFrom: { id: origin }, retriedFrom: null },
      { prompt: 'Remix 1', remixedFrom: { id: origin }, retriedFrom: null },
    ]);
    expect(reads.map((wanted) => [...wanted].sort())).toEqual([[localId(origin), localId(ids[0] ?? '')].sort()]);
    const filter = { text: 'REMIX 2' };
    expect(await page({ filter })).toMatchObject({ totalCount: 1, edges: [{ node: {} }] });
    expect(await page({ filter: { text: '2 nothing remix' } })).toMatchObject({ totalCount: 0 });
    expect(await page({ filter: { text: '  ' } })).toMatchObject({ totalCount: ids.length + 3 });
    for (const n of [1, 2, 3]) {
      const record = (await server.store.list({ promptContains: `Remix ${n}` }, { from: 'newest', limit: 1 }))[0];
      if (record) await server.service.delete(anyone, record.id);
    }
  });
});

describe('node and nodes', () => {
  it('find generations, models and devices, and null for what is not there', async () => {
    const query = `query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id
      ... on Generation { prompt model { name } progress { phase queuePosition preview { data } } device { name } }
      ... on Model { name title license card { intendedUse limitations } contentHash examplePrompts limits { maxWidth } defaults { steps } }
      ... on Device { name kind status totalBytes loaded { component model { id } } running { id } } } }`;
    const asked = [ids[1], 'model_toy', 'device_cpu', 'device_cuda-7', 'generation_1', 'nonsense', ''];
    const { data } = await graphql(server.url, query, { ids: asked });
    expect(data.nodes).toMatchObject([
      { __typename: 'Generation', id: ids[1], model: { name: 'toy' }, progress: { phase: 'WAITING' }, device: null },
      {
        __typename: 'Model',
        card: { intendedUse: 'Tests', limitations: null },
        limits: { maxWidth: 512 },
        defaults: { steps: 4 },
      },
      { __typename: 'Device', id: 'device_cpu', loaded: [{ model: { id: 'model_toy' } }], running: [{ id: ids[0] }] },
      ...[null, null, null, null],
    ]);
  });
});

describe('models, devices and queue', () => {
  it('tell what there is and what it does', async () => {
    const query = `{ models { id } devices { id running { id } } queue { depth running capacity
      entries(first: 2) { totalCount pageInfo { endCursor hasNextPage } edges { node { id progress { queuePosition } } } } } }`;
    const { data } = await graphql(server.url, query);
    expect(data).toMatchObject({
      models: [{ id: 'model_toy' }],
      devices: [{ id: 'device_cpu', running: [{ id: ids[0] }] }],
    });
    const { queue } = data;
    expect(queue).toMatchObject({ depth: 7, running: 1, capacity: 100, entries: { totalCount: 7 } });
    // The next one first: the oldest.
    expect(queue.entries.edges.map(({ node }: Json) => node)).toEqual([
      { id: ids.at(-1), progress: { queuePosition: 1 } },
      { id: ids.at(-2), progress: { queuePosition: 2 } },
    ]);
    const next = `query ($after: String) { queue { entries(first: 10, after: $after) { pageInfo { hasNextPage } edges { node { id } } } } }`;
    const rest = (await graphql(server.url, next, { after: queue.entries.pageInfo.endCursor })).data.queue.entries;
    expect(idsOf(rest)).toEqual(ids.slice(1, -2).reverse());
    expect(rest.pageInfo.hasNextPage).toBe(false);
  });
});
