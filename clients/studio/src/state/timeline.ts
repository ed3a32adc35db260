import { useEffect, useState } from 'react';
import {
  GenerationLog,
  type GenerationLogQuery,
  type GenerationLogQueryVariables,
} from '../../../sdk/src/generated/operations.js';
import { client, documentOf } from '../transport/client.js';
import { server } from '../transport/server.js';

type LoggedGeneration = Extract<GenerationLogQuery['node'], { readonly __typename: 'Generation' }>;
export type LoggedEvent = LoggedGeneration['events']['edges'][number]['node'];

export interface Log {
  readonly events: readonly LoggedEvent[];
  /** Whether other outputs can be made without denoising; null until that is known. */
  readonly latentsKept: boolean | null;
}

const document = documentOf(GenerationLog);
const unknown: Log = { events: [], latentsKept: null };

/** The log of a generation: what is stored, and while it has not ended whatever comes. */
export function useLog(id: string, ended: boolean): Log {
  const [log, setLog] = useState(unknown);
  useEffect(() => {
    const stop = new AbortController();
    const follow = async () => {
      const stored = await storedLog(id);
      if (stop.signal.aborted || !stored) return;
      setLog(stored);
      if (ended) return;
      const after = stored.events.at(-1)?.sequence ?? 0;
      for await (const event of server.generations.events(id, { after, signal: stop.signal })) {
        setLog(({ events, latentsKept }) => ({ events: [...events, event as LoggedEvent], latentsKept }));
      }
    };
    follow().catch((error: unknown) => {
      if (!stop.signal.aborted) console.warn(`The log of ${id} ended early.`, error);
    });
    return () => stop.abort();
  }, [id, ended]);
  return log;
}

async function storedLog(id: string): Promise<Log | null> {
  const events: LoggedEvent[] = [];
  let after: string | null = null;
  for (;;) {
    const variables: GenerationLogQueryVariables = { id, first: 100, after };
    const answer = await client.query(document, variables, { requestPolicy: 'network-only' });
    const node: GenerationLogQuery['node'] = answer.data?.node ?? null;
    if (node?.__typename !== 'Generation') return null;
    events.push(...node.events.edges.map((edge) => edge.node));
    const { hasNextPage, endCursor } = node.events.pageInfo;
    if (!hasNextPage) return { events, latentsKept: node.latentsKept };
    after = endCursor;
  }
}

/** A line of the timeline: an event, or the steps in between as one. */
export type Moment =
  | { readonly kind: 'event'; readonly event: Exclude<LoggedEvent, { readonly __typename: 'GenerationProgressed' }> }
  | {
      readonly kind: 'phase';
      readonly phase: string;
      readonly from: string;
      readonly to: string;
      readonly step: number;
      readonly totalSteps: number;
      readonly sequence: number;
    };

/** The events with the progress within a phase taken together: a hundred steps are one line. */
export function momentsOf(events: readonly LoggedEvent[]): readonly Moment[] {
  const moments: Moment[] = [];
  for (const event of events) {
    if (event.__typename !== 'GenerationProgressed') {
      moments.push({ kind: 'event', event });
      continue;
    }
    const { phase, step, totalSteps } = event.progress;
    const last = moments.at(-1);
    const { occurredAt, sequence } = event;
    if (last?.kind === 'phase' && last.phase === phase) {
      moments[moments.length - 1] = { ...last, to: occurredAt, step, totalSteps };
    } else {
      moments.push({ kind: 'phase', phase, from: occurredAt, to: occurredAt, step, totalSteps, sequence });
    }
  }
  return moments;
}
