import type { WebSocket, WebSocketServer } from 'ws';
import { closeCodes } from './socket-admission.js';

/** Milliseconds between looks, and how long a client has to take the close frame. */
const interval = 1000;

/**
 * Ends sockets whose clients do not read: what is sent to them piles up here. graphql-ws sends the next result of an operation
 * only when the one before has left, so the pile is at most one result for each of a socket's operations; a hundred large
 * ones are still too many for each of a thousand sockets. Returns what ends the watch.
 */
export function watchPressure(sockets: WebSocketServer, limitBytes: number): () => void {
  let closing = new Set<WebSocket>();
  const look = setInterval(() => {
    // The close frame waits behind everything that was not read: it gets through to a client that wakes up, and to no other.
    for (const socket of closing) socket.terminate();
    closing = new Set([...sockets.clients].filter((socket) => socket.bufferedAmount > limitBytes));
    for (const socket of closing) socket.close(closeCodes.tryAgainLater, 'You read too slowly.');
  }, interval);
  look.unref();
  return () => clearInterval(look);
}
