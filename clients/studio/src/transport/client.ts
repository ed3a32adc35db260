import { Client, fetchExchange, gql, type TypedDocumentNode } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import type { Operation } from '../../../sdk/src/generated/operations.js';
import { cacheOptions } from './cache.js';
import { storedKey } from './server.js';

/** Queries and mutations, with one normalised cache. What streams goes through the SDK (state/live.ts). */
export const client = new Client({
  url: '/graphql',
  preferGetMethod: false,
  requestPolicy: 'cache-and-network',
  exchanges: [cacheExchange(cacheOptions), fetchExchange],
  fetchOptions: () => {
    const key = storedKey();
    return { headers: key === undefined ? {} : { authorization: `Bearer ${key}` } };
  },
});

const documents = new Map<string, TypedDocumentNode>();

/** A document of the SDK as urql takes it; the same one every time. */
export function documentOf<Data, Variables>(
  operation: Operation<Data, Variables>,
): TypedDocumentNode<Data, Variables & Record<string, unknown>> {
  const known = documents.get(operation.name) ?? gql(operation.query);
  documents.set(operation.name, known);
  return known as TypedDocumentNode<Data, Variables & Record<string, unknown>>;
}
