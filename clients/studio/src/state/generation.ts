import type { Generation } from '@reelql/sdk';
import { useEffect, useState } from 'react';
import { useQuery } from 'urql';
import { GenerationById } from '../../../sdk/src/generated/operations.js';
import { client, documentOf } from '../transport/client.js';
import { errorOf } from '../transport/mutate.js';
import { whenStill } from './scrolling.js';

const document = documentOf(GenerationById);

/** A generation of the cache, fetched where it is not there. Null is known: there is none of this id. */
export function useGeneration(id: string): Generation | null | undefined {
  const [{ data, fetching }] = useQuery({ query: document, variables: { id }, requestPolicy: 'cache-first' });
  if (data?.node?.__typename === 'Generation' && data.node.id === id) return data.node;
  return fetching || data === undefined ? undefined : null;
}

/**
 * A generation that a page of the gallery has brought into the cache: there at the first rendering, and followed once the page stands
 * still, so that a tile which is scrolled past costs one look into the cache. As `useGeneration` otherwise.
 */
export function useListedGeneration(id: string): Generation | null | undefined {
  const [generation, setGeneration] = useState<Generation | null | undefined>(() => {
    const result = client.readQuery(document, { id }, { requestPolicy: 'cache-only' });
    return result?.data?.node?.__typename === 'Generation' ? result.data.node : undefined;
  });
  useEffect(
    () =>
      whenStill(() => {
        const { unsubscribe } = client
          .query(document, { id }, { requestPolicy: 'cache-first' })
          .subscribe(({ data }) => {
            if (data === undefined) return;
            const node = data.node?.__typename === 'Generation' ? data.node : null;
            // The cache may tell while React renders another component.
            queueMicrotask(() => setGeneration(node));
          });
        return unsubscribe;
      }),
    [id],
  );
  return generation;
}

/** @throws ReelQLError */
export async function generationOf(id: string): Promise<Generation | null> {
  const { data, error } = await client.query(document, { id }, { requestPolicy: 'cache-first' });
  if (!data) throw errorOf(error);
  return data.node?.__typename === 'Generation' ? data.node : null;
}

const none: readonly Generation[] = [];

/** Those of the ids that there are, in their order; they follow the cache. */
export function useGenerations(ids: readonly string[]): readonly Generation[] {
  const [generations, setGenerations] = useState(none);
  const asked = ids.join();
  useEffect(() => {
    const wanted = asked.split(',').filter((id) => id !== '');
    const found = new Map<string, Generation>();
    const subscriptions = wanted.map((id) =>
      client.query(document, { id }, { requestPolicy: 'cache-first' }).subscribe(({ data }) => {
        if (data?.node?.__typename !== 'Generation') return;
        found.set(id, data.node);
        // The cache may tell while React renders another component.
        queueMicrotask(() => setGenerations(wanted.flatMap((one) => found.get(one) ?? [])));
      }),
    );
    return () => {
      for (const { unsubscribe } of subscriptions) unsubscribe();
    };
  }, [asked]);
  return generations;
}
