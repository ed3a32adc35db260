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

/** A document of the SDK as urql takes it: parsed once, since urql knows documents by their text. */
export function documentOf<Data, Variables extends object>(
  operation: Operation<Data, Variables>,
): TypedDocumentNode<Data, Variables> {
  return gql<Data, Variables>(operation.query);
}
