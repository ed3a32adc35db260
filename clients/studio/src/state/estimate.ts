import type { Estimate } from '@reelql/sdk';
import { ReelQLError } from '@reelql/sdk';
import { useEffect, useState } from 'react';
import { server } from '../transport/server.js';
import { useConnection } from './connection.js';
import type { Draft } from './draft.js';
import { useQueue } from './machine.js';

/** Long enough that a slider is not estimated at every pixel. */
const pauseMs = 250;

export type Estimated =
  | { readonly state: 'unknown' }
  | { readonly state: 'known'; readonly estimate: Estimate }
  | { readonly state: 'refused'; readonly problem: ReelQLError };

/** What the draft would cost now, and what the server would say to it; asked again when it or the queue changes. */
export function useEstimate({ settings, modelId }: Draft): Estimated {
  const [estimated, setEstimated] = useState<Estimated>({ state: 'unknown' });
  const queue = useQueue();
  const connected = useConnection() === 'connected';
  const load = queue === null ? null : `${queue.depth}/${queue.running}`;
  // The answer depends on the load, though only the server knows how.
  const question = JSON.stringify({ input: { settings, modelId }, load });
  useEffect(() => {
    if (!connected) return;
    const stop = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const estimate = await server.estimate(JSON.parse(question).input, { signal: stop.signal });
        setEstimated({ state: 'known', estimate });
      } catch (error) {
        if (stop.signal.aborted) return;
        if (!(error instanceof ReelQLError)) throw error;
        setEstimated({ state: 'refused', problem: error });
      }
    }, pauseMs);
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [question, connected]);
  return estimated;
}
