import type { Writable } from 'node:stream';
import type { WebSocket } from 'ws';
import { interruptible } from '../interruptible.js';
import type { SharedSubscription } from './fan-out.js';
import { writeTextFrame } from './text-frame.js';

/** A WebSocket, and the request whose connection it has taken over. */
interface Client {
  readonly socket: Pick<WebSocket, 'readyState' | 'OPEN'>;
  readonly request: { readonly socket: Writable };
}

/**
 * Sends ready results as the `next` messages of one graphql-ws operation, each when the one before has been taken by the network:
 * a client that does not read holds up its own subscription and nothing else. Yields nothing, so that to graphql-ws, which
 * would serialise each result anew, only the end is left to tell.
 */
export function deliver(
  client: Client,
  operationId: string,
  results: SharedSubscription,
): AsyncGenerator<never, void, void> {
  return interruptible(send(client, operationId, results), () => results.end());
}

const tail = Buffer.from('}');

async function* send(
  { socket, request }: Client,
  operationId: string,
  results: SharedSubscription,
): AsyncGenerator<never, void, void> {
  const head = Buffer.from(`{"id":${JSON.stringify(operationId)},"type":"next","payload":`);
  await results.forEach((json) =>
    // One that is closing ends this too: graphql-ws returns the generator.
    socket.readyState === socket.OPEN ? writeTextFrame(request.socket, [head, json, tail]) : null,
  );
}
