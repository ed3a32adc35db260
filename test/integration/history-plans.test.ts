import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { PrismaClient } from '../../src/generated/prisma/client.js';
import type { GenerationFilter } from '../../src/generations/filter.js';
import { SingleConnectionLibSql } from '../../src/generations/single-connection.js';
import { GenerationStore } from '../../src/generations/store.js';
import { newId } from '../../src/ids.js';
import { ApiServer } from '../support/api-server.js';
import { create } from '../support/graphql-client.js';
import { seedHistory } from '../support/seed-history.js';

/** SQLite keeps no statistics here, so its plans do not depend on how many there are: a few are enough. */
const rows = 1000;

interface Query {
  readonly sql: string;
  readonly parameters: unknown[];
}

let server: ApiServer;
let database: PrismaClient<'query'>;
let store: GenerationStore;
let queries: Query[] = [];
beforeAll(async () => {
  server = await ApiServer.start();
  await create(server.url, { prompt: 'the first' });
  await seedHistory(server.database.client, rows);
  await server.stop();
  const url = pathToFileURL(join(server.dataDir, 'reelql.db')).href;
  const adapter = new SingleConnectionLibSql({ url });
  database = new PrismaClient({
    adapter,
    log: [{ emit: 'event', level: 'query' }],
  });
  database.$on('query', ({ query, params }) => queries.push({ sql: query, parameters: JSON.parse(params) }));
  store = new GenerationStore(
    { client: database as PrismaClient, driver: await adapter.connect() },
    systemClock,
    () => {},
  );
});
afterAll(async () => {
  await database.$disconnect();
  await rm(server.dataDir, { recursive: true });
});

/** What SQLite does for each query that `work` makes and that has these words. */
async function plansOf(work: () => Promise<unknown>, words: string): Promise<string[][]> {
  queries = [];
  await work();
  const asked = queries.filter(({ sql }) => sql.includes(words));
  return Promise.all(
    asked.map(async ({ sql, parameters }) => {
      const explained = `EXPLAIN QUERY PLAN ${sql}`;
      const steps = await database.$queryRawUnsafe<{ detail: string }[]>(explained, ...parameters);
      return steps.map(({ detail }) => detail);
    }),
  );
}

const day = (text: string) => new Date(`${text}T00:00:00Z`);
const parts: readonly GenerationFilter[] = [
  { statuses: ['FAILED'] },
  { statuses: ['QUEUED', 'RUNNING'] },
  { model: 'other' },
  { starred: true },
  { owner: 'nobody' },
  { createdAfter: day('2025-12-01') },
  { createdBefore: day('2025-11-01') },
];
const combinations = parts.flatMap((one, index) => [one, ...parts.slice(index).map((other) => ({ ...one, ...other }))]);
const filters: readonly GenerationFilter[] = [{}, ...combinations, { promptContains: 'boat' }, { text: 'red sunset' }];
const slices = [
  { from: 'newest', limit: 21 },
  { from: 'oldest', limit: 21 },
  { from: 'newest', limit: 21, olderThan: '019ad724-1ee0-7000-8000-000000000000' },
  { from: 'oldest', limit: 21, newerThan: '019ad724-1ee0-7000-8000-000000000000' },
] as const;

describe(`a page of the history`, () => {
  it.each(filters.map((filter) => ({ filter, text: JSON.stringify(filter) })))(
    'is found by an index that has it in order: $text',
    async ({ filter }) => {
      for (const slice of slices) {
        const [[step = '', ...others] = []] = await plansOf(() => store.list(filter, slice), 'ORDER BY');
        // A search among rows that are left out one by one is in order too: a text may stand anywhere.
        expect(step).toMatch(/^(SEARCH|SCAN) \S+ USING INDEX (Generation_\w+_id_idx|sqlite_autoindex_Generation_1)\b/);
        const anyText = filter.promptContains !== undefined || filter.text !== undefined;
        if (Object.keys(filter).length > 0 && !anyText) expect(step).toMatch(/^SEARCH/);
        // Several statuses are several places in their index: what fits is sorted.
        const sorts = filter.statuses !== undefined && filter.statuses.length > 1;
        expect(others.filter((other) => !(sorts && other === 'USE TEMP B-TREE FOR ORDER BY'))).toEqual([]);
      }
    },
  );
});

describe('a creation', () => {
  it.each(['requestHash', 'seedlessHash'] as const)('finds what has the same %s by that alone', async (reuse) => {
    const [example] = await store.list({ statuses: ['FAILED'] }, { from: 'newest', limit: 1 });
    if (!example) throw new Error('The history is empty.');
    const { artifacts, status, failure, usage, cached, leaderId, starred, ...asked } = example;
    const { progress, previewSequence, lastSequence, createdAt, startedAt, finishedAt, deviceId, ...rest } = asked;
    const generation = { ...rest, id: newId() };
    const files = { has: async () => true, remove: async () => {} };
    const create = () => store.insert([{ generation, reuse }], { capacity: rows, keyId: null, reusable: {} }, files);
    const plans = await plansOf(create, 'SELECT');
    const looks = plans.filter(([step]) => step?.includes(`${reuse}=?`));
    // A stored result, and one in flight.
    expect(looks.map(([step]) => step?.replace(/.*INDEX /, ''))).toEqual(
      Array(2).fill(`Generation_${reuse}_status_id_idx (${reuse}=? AND status=?)`),
    );
    // Of those that have succeeded, which may be many, the newest is taken without looking at the rest.
    expect(looks[0]).toHaveLength(1);
    expect(plans.flat().filter((step) => /^SCAN (?!sub)/.test(step))).toEqual([]);
  });
});
