import { NotFoundError } from './errors.js';
import {
  GenerationById,
  type GenerationEventsSubscription,
  type GenerationFragment,
  type GenerationStatus,
  type Operation,
} from './generated/operations.js';
import type { Http } from './http.js';
import type { CallOptions } from './options.js';
import type { Server } from './server.js';
import { wait } from './socket.js';

export type GenerationEvent = GenerationEventsSubscription['generationEvents'];
type TerminalType = 'GenerationSucceeded' | 'GenerationFailed' | 'GenerationCanceled';

export interface FollowOptions extends CallOptions {
  /** The last sequence already seen; 0 replays from the beginning. */
  readonly after?: number | undefined;
}

type EventVariables = { id: string; after: number };
type EventLike = { readonly __typename: GenerationEvent['__typename']; readonly sequence: number };

const pauseMs = 500;

/**
 * The events of a generation after a sequence, to its end, over any number of lost connections and restarts of the server:
 * in order, none twice. A server may leave out progress that a later one has overtaken.
 * @throws NotFoundError, ConnectionError when the server stays away, or the signal's reason
 */
export async function* followEvents<Event extends EventLike>(
  { http, socket }: Server,
  operation: Operation<{ readonly generationEvents: Event }, EventVariables>,
  id: string,
  { after = 0, signal }: FollowOptions = {},
): AsyncGenerator<Event, void, void> {
  const variables = { id, after };
  let last = after;
  for (;;) {
    const received = ({ generationEvents }: { readonly generationEvents: Event }) => {
      variables.after = Math.max(variables.after, generationEvents.sequence);
    };
    for await (const { generationEvents: event } of socket.subscribe(operation, variables, received, signal)) {
      if (event.sequence <= last) continue;
      last = event.sequence;
      yield event;
      if (isTerminal(event)) return;
    }
    // Completed without an end: it had ended before `after`, or the server is going down and another one will know more.
    if (hasEnded((await generationById(http, id, { signal })).status)) return;
    await wait(pauseMs, signal);
    signal?.throwIfAborted();
  }
}

/** Whether nothing follows. */
export function isTerminal<Event extends { readonly __typename: string }>(
  event: Event,
): event is Extract<Event, { readonly __typename: TerminalType }> {
  return ['GenerationSucceeded', 'GenerationFailed', 'GenerationCanceled'].includes(event.__typename);
}

export function hasEnded(status: GenerationStatus): boolean {
  return status === 'SUCCEEDED' || status === 'FAILED' || status === 'CANCELED';
}

/** @throws NotFoundError */
export async function generationById(
  http: Http,
  id: string,
  { signal }: CallOptions = {},
): Promise<GenerationFragment> {
  const { node } = await http.query(GenerationById, { id }, signal);
  if (node?.__typename !== 'Generation') throw new NotFoundError(`There is no generation with the id ${id}.`, id);
  const { __typename: _, ...generation } = node;
  return generation;
}
