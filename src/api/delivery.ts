import type { WebSocket } from 'ws';
import { interruptible } from '../interruptible.js';
import type { ReadyResults } from './fan-out.js';

/**
 * Sends ready results as the `next` messages of one graphql-ws operation, each when the one before has been taken by the network:
 * a client that does not read holds up its own subscription and nothing else. Yields nothing, so that to graphql-ws, which
 * would serialise each result anew, only the end is left to tell.
 */
export function deliver(
  socket: WebSocket,
  operationId: string,
  results: ReadyResults,
): AsyncGenerator<never, void, void> {
  return interruptible(send(socket, operationId, results), () => results.return());
}

async function* send(socket: WebSocket, operationId: string, results: ReadyResults): AsyncGenerator<never, void, void> {
  const head = `{"id":${JSON.stringify(operationId)},"type":"next","payload":`;
  for await (const { text } of results) {
    // An error means that the socket is closing, and then graphql-ws returns this generator.
    if (socket.readyState === socket.OPEN) await new Promise((taken) => socket.send(`${head}${text}}`, taken));
  }
}
