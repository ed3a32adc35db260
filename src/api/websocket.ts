import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { handleProtocols } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import { Refusal } from '../auth/refusal.js';
import type { Log } from '../log.js';
import { clientAddresses, networkOf } from './client-address.js';
import type { Origins } from './origins.js';
import { operationLimits } from './policy/limits.js';
import type { SocketAdmissionOptions } from './socket-admission.js';
import { serveSocket } from './socket-connection.js';
import { watchPressure } from './socket-pressure.js';
import { createSocketProtocol } from './socket-protocol.js';
import { Tally } from './tally.js';

export interface WebSocketOptions extends SocketAdmissionOptions {
  readonly origins: Origins;
  readonly connectionsPerAddress: number;
  readonly trustProxy: readonly string[];
  readonly log: Log;
}

/** Milliseconds that clients have to answer the closing handshake when the server ends. */
const patience = 1000;

/** GraphQL over graphql-transport-ws at /graphql, on the HTTP server's port. Returns what closes all sockets. */
export function attachWebSocket(server: Server, options: WebSocketOptions): () => Promise<void> {
  const { log, origins } = options;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: operationLimits.bodyBytes,
    handleProtocols,
    // text-frame.ts writes between ws's messages, which it can because they leave at once and whole.
    perMessageDeflate: false,
  });
  const protocol = createSocketProtocol(options, log);
  const addressOf = clientAddresses(options.trustProxy);
  const addresses = new Tally<string>(options.connectionsPerAddress);
  const unwatch = watchPressure(sockets, operationLimits.bufferedBytes);

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Nobody else listens before ws does: a client that hangs up now would end the process.
    socket.on('error', () => socket.destroy());
    const refusal = refusalOf(request, origins);
    if (refusal) return refuse(socket, ...refusal);
    const leave = addresses.enter(networkOf(addressOf(request)));
    if (!leave) return refuse(socket, '429 Too Many Requests', 'Too many sockets are open from this address.');
    socket.once('close', leave);
    sockets.handleUpgrade(request, socket, head, (client) => serveSocket(protocol, client, request, log));
  };
  server.on('upgrade', upgrade);

  return async () => {
    server.off('upgrade', upgrade);
    unwatch();
    for (const client of sockets.clients) client.close(1001, 'The server is shutting down.');
    const impatience = setTimeout(() => {
      for (const client of sockets.clients) client.terminate();
    }, patience);
    await new Promise((closed) => sockets.close(closed));
    clearTimeout(impatience);
  };
}

function refusalOf(request: IncomingMessage, origins: Origins): [status: string, reason: string] | null {
  if ((request.url ?? '').split('?')[0] !== '/graphql') return ['404 Not Found', 'Sockets are opened at /graphql.'];
  try {
    origins.check(request);
    return null;
  } catch (error) {
    if (error instanceof Refusal) return ['403 Forbidden', error.message];
    throw error;
  }
}

function refuse(socket: Duplex, status: string, reason: string): void {
  const head = `Connection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(reason)}`;
  socket.end(`HTTP/1.1 ${status}\r\n${head}\r\n\r\n${reason}`);
}
