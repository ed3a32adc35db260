import type { IncomingMessage } from 'node:http';
import type { Server } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Log } from '../log.js';
import { OperationIds } from './operation-ids.js';
import type { SocketExtra } from './socket-admission.js';

/** Milliseconds between pings, and how long a client has to answer one. */
const keepAlive = 12_000;

/**
 * Connects one socket with graphql-ws's protocol. Its own adapter for ws prints every error with its stack to the console, and
 * puts the message of an unexpected one into the reason of the close.
 */
export function serveSocket(
  protocol: Server<SocketExtra>,
  socket: WebSocket,
  request: IncomingMessage,
  log: Log,
): void {
  // A frame that is too large or broken: ws closes the socket by itself.
  socket.on('error', (error) => log.debug({ err: error }, 'A socket was closed'));
  const stopPings = ping(socket);
  const closed = protocol.opened(
    {
      protocol: socket.protocol,
      // Resolves when the network has taken it, or never will: the socket is then closing, which ends the operation.
      send: (text) =>
        new Promise<void>((taken) => {
          if (socket.readyState === socket.OPEN) socket.send(text, () => taken());
          else taken();
        }),
      close: (code, reason) => socket.close(code, reason),
      onMessage: (handle) =>
        socket.on('message', (data) => {
          handle(String(data)).catch((error) => {
            log.error({ err: error }, 'Unexpected error in a message of a socket');
            socket.close(4500, 'Internal server error');
          });
        }),
    },
    { socket, request, operations: new OperationIds() },
  );
  socket.once('close', (code, reason) => {
    stopPings();
    closed(code, String(reason)).catch((error) => log.error({ err: error }, 'A socket was not closed properly'));
  });
}

/** Finds out when the other end is gone without a word, as behind a broken network. */
function ping(socket: WebSocket): () => void {
  let answered = true;
  socket.on('pong', () => {
    answered = true;
  });
  const timer = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    if (socket.readyState === socket.OPEN) socket.ping();
  }, keepAlive);
  return () => clearInterval(timer);
}
