import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiServer } from '../support/api-server.js';
import { create, graphql, type Json, localId } from '../support/graphql-client.js';
import { seedHistory } from '../support/seed-history.js';

/** Relay's connections as a client meets them; what the store does is tested in test/integration/history.test.ts. */
let server: ApiServer;
let busy: string;
beforeAll(async () => {
  server = await ApiServer.start();
  busy = (await create(server.url, { prompt: 'the first' })).generation.id;
  await seedHistory(server.database.client, 40);
  for (let count = 1; count < 25; count++) await create(server.url, { prompt: `one that waits ${count}` });
  await server.scheduler.start(localId(busy));
  for (let step = 1; step <= 30; step++) await server.scheduler.step(localId(busy), step);
});
afterAll(() => server.close());

const args = 'first: $first, after: $after, last: $last, before: $before';
const fields = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { key } }';
const declared = '$first: Int, $after: String, $last: Int, $before: String';

interface Connection {
  readonly name: string;
  readonly query: string;
  readonly variables?: () => object;
  readonly of: (data: Json) => Json;
}

const connections: readonly Connection[] = [
  {
    name: 'generations',
    query: `query (${declared}) { generations(${args}) { ${fields.replace('key', 'key: id')} } }`,
    of: (data) => data.generations,
  },
  {
    name: 'generations that are filtered',
    query: `query (${declared}) {
      generations(${args}, filter: { status: [SUCCEEDED, QUEUED], promptContains: "a" }) { ${fields.replace('key', 'key: id')} } }`,
    of: (data) => data.generations,
  },
  {
    name: 'queue.entries',
    query: `query (${declared}) { queue { entries(${args}) { ${fields.replace('key', 'key: id')} } } }`,
    of: (data) => data.queue.entries,
  },
  {
    name: 'events',
    query: `query (${declared}, $id: ID!) { node(id: $id) { ... on Generation { events(${args}) {
      ${fields.replace('key', '... on SequencedEvent { key: sequence }')} } } } }`,
    variables: () => ({ id: busy }),
    of: (data) => data.node.events,
  },
];

describe.each(connections)('the connection $name', ({ query, variables, of }) => {
  async function page(given: object): Promise<Json> {
    const { data, errors } = await graphql(server.url, query, { ...variables?.(), ...given });
    if (errors) throw new Error(JSON.stringify(errors));
    return of(data);
  }

  it('is the same list by pages of any sizes, in either direction, from any of its cursors', async () => {
    const all = await page({ first: 100 });
    expect(all.edges.length).toBeGreaterThan(20);
    expect(all.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: false });
    const length = all.edges.length;
    const sizes = fc.infiniteStream(fc.integer({ min: 1, max: 17 }));
    await fc.assert(
      fc.asyncProperty(sizes, fc.boolean(), fc.nat(length - 1), async (sizes, backwards, begin) => {
        // From this entry, exclusive, to the end that the direction leads to.
        const expected = backwards ? all.edges.slice(0, begin) : all.edges.slice(begin + 1);
        let cursor: string = all.edges[begin].cursor;
        let seen: Json[] = [];
        for (const size of sizes) {
          const got = await page(backwards ? { last: size, before: cursor } : { first: size, after: cursor });
          seen = backwards ? [...got.edges, ...seen] : [...seen, ...got.edges];
          const { hasNextPage, hasPreviousPage, startCursor, endCursor } = got.pageInfo;
          expect([startCursor, endCursor]).toEqual([got.edges[0]?.cursor ?? null, got.edges.at(-1)?.cursor ?? null]);
          const more = seen.length < expected.length;
          expect(backwards ? hasPreviousPage : hasNextPage).toBe(more);
          expect(got.edges).toHaveLength(Math.min(size, expected.length - seen.length + got.edges.length));
          if (!more) break;
          cursor = backwards ? startCursor : endCursor;
        }
        expect(seen).toEqual(expected);
      }),
      { numRuns: 12 },
    );
  });

  it('is cut between two of its cursors', async () => {
    const { edges } = await page({ first: 100 });
    await fc.assert(
      fc.asyncProperty(fc.nat(edges.length - 1), fc.nat(edges.length - 1), fc.nat(30), async (one, other, size) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        const between = edges.slice(low + 1, high);
        const bounds = { after: edges[low].cursor, before: edges[high].cursor };
        expect((await page({ ...bounds, first: size })).edges).toEqual(between.slice(0, size));
        expect((await page({ ...bounds, last: size })).edges).toEqual(size === 0 ? [] : between.slice(-size));
      }),
      { numRuns: 12 },
    );
  });
});
