import { ConnectionError, type ReelQLError } from '@reelql/sdk';
import type { CombinedError } from '@urql/core';
import type { Operation } from '../../../sdk/src/generated/operations.js';
import { errorOfEntries, type GraphQLErrorEntry } from '../../../sdk/src/problems.js';
import { client, documentOf } from './client.js';

/**
 * Sends a mutation through the cache, which takes over what it returns. Where the answer is lost it is sent once more: only for what does
 * the same thing twice, or brings an idempotencyKey.
 * @throws ReelQLError
 */
export async function mutate<Data, Variables extends object>(
  operation: Operation<Data, Variables>,
  variables: Variables,
): Promise<Data> {
  const send = async () => {
    const { data, error } = await client.mutation<Data, Variables>(documentOf(operation), variables);
    if (data) return data;
    throw errorOf(error);
  };
  return send().catch((error: unknown) => {
    if (error instanceof ConnectionError) return send();
    throw error;
  });
}

/** What the SDK would have thrown. */
export function errorOf(error: CombinedError | undefined): ReelQLError {
  const entries = (error?.graphQLErrors ?? []) as readonly GraphQLErrorEntry[];
  if (entries.length > 0) return errorOfEntries(entries);
  return new ConnectionError('The server does not answer.', { cause: error });
}
