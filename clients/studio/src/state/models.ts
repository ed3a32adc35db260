import type { Model } from '@reelql/sdk';
import { useEffect } from 'react';
import { useQuery } from 'urql';
import { Models } from '../../../sdk/src/generated/operations.js';
import { documentOf } from '../transport/client.js';
import { useConnection } from './connection.js';

const document = documentOf(Models);

/** The models of the server, the default one first; empty until they are known. */
export function useModels(): readonly Model[] {
  const [{ data }, ask] = useQuery({ query: document, requestPolicy: 'cache-first' });
  const missed = useConnection() === 'connected' && data === undefined;
  useEffect(() => {
    // The page was there before the server.
    if (missed) ask({ requestPolicy: 'cache-first' });
  }, [missed, ask]);
  return data?.models ?? none;
}

const none: readonly Model[] = [];

/** The model that an id means; the default one for none, and for one that is no longer installed. */
export function modelOf(models: readonly Model[], id: string | null): Model | null {
  return models.find((model) => model.id === id) ?? models[0] ?? null;
}
