import { readFileSync } from 'node:fs';
import {
  buildClientSchema,
  buildSchema,
  findBreakingChanges,
  findDangerousChanges,
  getIntrospectionQuery,
  type IntrospectionOptions,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiServer } from '../support/api-server.js';
import { graphql, type Json, socketClient } from '../support/graphql-client.js';

let server: ApiServer;
beforeAll(async () => {
  server = await ApiServer.start();
});
afterAll(() => server.close());

const committed = buildSchema(readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8'));

/** What tools ask, by the options with which they have graphql-js write the query. */
const askers: readonly (readonly [string, IntrospectionOptions])[] = [
  ['graphql-js', {}],
  ['GraphiQL', { inputValueDeprecation: true, schemaDescription: true }],
  [
    'GraphQL Code Generator',
    {
      descriptions: true,
      schemaDescription: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      inputValueDeprecation: true,
      oneOf: true,
    },
  ],
  ['an old client', { descriptions: false }],
];

async function overHttp(query: string): Promise<Json> {
  const { data, errors } = await graphql(server.url, query);
  expect(errors).toBeUndefined();
  return data;
}

async function overSocket(query: string): Promise<Json> {
  const client = socketClient(server.url);
  const { value } = await client.iterate({ query }).next();
  await client.dispose();
  expect(value.errors).toBeUndefined();
  return value.data;
}

describe.each([
  ['HTTP', overHttp],
  ['WebSocket', overSocket],
])('introspection over %s', (_transport, ask) => {
  it.each(askers)('answers %s, and what is learned is the committed schema', async (_name, options) => {
    const learned = buildClientSchema(await ask(getIntrospectionQuery(options)));
    expect(findBreakingChanges(committed, learned)).toEqual([]);
    expect(findDangerousChanges(committed, learned)).toEqual([]);
    expect(learned.getSubscriptionType()?.name).toBe('Subscription');
  });

  it('tells every description', async () => {
    const learned = buildClientSchema(
      await ask(getIntrospectionQuery({ specifiedByUrl: true, inputValueDeprecation: true })),
    );
    expect(printSchema(lexicographicSortSchema(learned))).toBe(printSchema(lexicographicSortSchema(committed)));
  });
});
