import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiServer } from '../support/api-server.js';
import { created } from '../support/contract.js';
import { graphql, type Json, localId } from '../support/graphql-client.js';

const count = 23;
let server: ApiServer;
beforeAll(async () => {
  server = await ApiServer.start();
  for (let n = 0; n < count; n++) await created(server, { prompt: `Number ${n}` });
  const { id } = await created(server, { prompt: 'Steps' });
  await server.scheduler.start(localId(id));
  for (let step = 1; step <= 20; step++) await server.scheduler.step(localId(id), step);
});
afterAll(() => server.close());

const connection = `(first: $first, after: $after, last: $last, before: $before) { totalCount
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node {`;
const lists: Readonly<Record<string, { query: string; pick: (data: Json) => Json; key: (node: Json) => unknown }>> = {
  generations: {
    query: `generations${connection} id } } }`,
    pick: (data) => data.generations,
    key: (node) => node.id,
  },
  'queue entries': {
    query: `queue { entries${connection} id } } } }`,
    pick: (data) => data.queue.entries,
    key: (node) => node.id,
  },
  'the log of a generation': {
    query: `generations(first: 1) { edges { node { events${connection} ... on SequencedEvent { sequence } } } } } } }`,
    pick: (data) => data.generations.edges[0].node.events,
    key: (node) => node.sequence,
  },
};

async function page(list: string, args: object): Promise<Json> {
  const { query, pick } = lists[list] as (typeof lists)[string];
  const document = `query ($first: Int, $after: String, $last: Int, $before: String) { ${query} }`;
  const { data, errors } = await graphql(server.url, document, args);
  if (errors) throw new Error(JSON.stringify(errors));
  return pick(data);
}

describe.each(Object.keys(lists))('%s', (list) => {
  const { key } = lists[list] as (typeof lists)[string];
  const keys = (edges: Json[]) => edges.map(({ node }) => key(node));

  it('are each met once on every walk, whatever the sizes of the pages and the direction', async () => {
    const all = keys((await page(list, { first: 100 })).edges);
    expect(all.length).toBeGreaterThan(20);
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 30, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.boolean(), async (steps, backwards) => {
        const met: unknown[] = [];
        let cursor: string | null = null;
        for (const size of steps) {
          const args = backwards ? { last: size, before: cursor } : { first: size, after: cursor };
          const { edges, pageInfo, totalCount } = await page(list, args);
          expect(totalCount).toBe(all.length);
          expect(edges.length).toBeLessThanOrEqual(size);
          expect(backwards ? pageInfo.hasNextPage : pageInfo.hasPreviousPage).toBe(cursor !== null);
          if (backwards) met.unshift(...keys(edges));
          else met.push(...keys(edges));
          cursor = backwards ? pageInfo.startCursor : pageInfo.endCursor;
          const more = backwards ? pageInfo.hasPreviousPage : pageInfo.hasNextPage;
          expect(more).toBe(met.length < all.length);
          if (!more) break;
        }
        expect(met).toEqual(all);
      }),
      { numRuns: Number(process.env.REELQL_TEST_RUNS ?? 4) },
    );
  });

  it('between any two cursors are what lies between them', async () => {
    const { edges } = await page(list, { first: 100 });
    const index = fc.nat({ max: edges.length - 1 });
    await fc.assert(
      fc.asyncProperty(index, index, fc.boolean(), fc.integer({ min: 1, max: 30 }), async (from, to, last, size) => {
        const range = { after: edges[from].cursor, before: edges[to].cursor };
        const expected = keys(edges.slice(from + 1, Math.max(to, from + 1)));
        const found = await page(list, last ? { last: size, ...range } : { first: size, ...range });
        expect(keys(found.edges)).toEqual(last ? expected.slice(-size) : expected.slice(0, size));
      }),
      { numRuns: Number(process.env.REELQL_TEST_RUNS ?? 10) },
    );
  });
});
