import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ServerOptions } from 'graphql-ws';
import { type Extra, useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { Refusal } from '../auth/refusal.js';
import type { Log } from '../log.js';
import { deliver } from './delivery.js';
import { FanOut, type ReadyResults } from './fan-out.js';
import { nothingEver } from './operation-ids.js';
import type { Origins } from './origins.js';
import { operationLimits } from './policy/limits.js';
import { maskError } from './policy/mask-error.js';
import {
  SocketAdmission,
  type SocketAdmissionOptions,
  type SocketContext,
  type SocketExtra,
} from './socket-admission.js';
import { watchPressure } from './socket-pressure.js';
import { Tally } from './tally.js';

export interface WebSocketOptions extends SocketAdmissionOptions {
  readonly origins: Origins;
  readonly connectionsPerAddress: number;
  readonly log: Log;
}

/** GraphQL over graphql-transport-ws at /graphql, on the HTTP server's port. Returns what closes all sockets. */
export function attachWebSocket(server: Server, options: WebSocketOptions): () => Promise<void> {
  const { log, origins } = options;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: operationLimits.bodyBytes });
  const admission = new SocketAdmission(options);
  const addresses = new Tally<string>(options.connectionsPerAddress);
  const fanOut = new FanOut((error) => maskError(error, log));
  const protocol: ServerOptions<Record<string, unknown>, Extra & Partial<SocketExtra>> = {
    connectionInitWaitTimeout: operationLimits.initTimeout,
    onConnect: (context) => admission.connect(context as SocketContext),
    onSubscribe: (context, id, payload) => admission.subscribe(context as SocketContext, id, payload),
    subscribe: (args) => fanOut.subscribe(args),
    onOperation({ extra }, id, payload, _args, result) {
      // What `subscribe` made; other operations have a plain result.
      const stream = Symbol.asyncIterator in result ? (result as ReadyResults) : null;
      if (extra.operations?.isPast(id, payload)) {
        void stream?.return();
        return nothingEver();
      }
      return stream ? deliver(extra.socket, id, stream) : undefined;
    },
    onNext: (_context, _id, _payload, _args, { errors, data }) =>
      errors ? { data: data ?? null, errors: errors.map((error) => maskError(error, log)) } : undefined,
    onError({ extra }, id, payload, errors) {
      extra.operations?.end(id, payload);
      return errors.map((error) => maskError(error, log));
    },
    onComplete: ({ extra }, id, payload) => extra.operations?.end(id, payload),
  };
  // Production, whatever NODE_ENV says: else the reason of a 4500 is the message of the error.
  const graphql = useServer({ ...protocol, isProd: true }, sockets);
  const unwatch = watchPressure(sockets, operationLimits.bufferedBytes);
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if ((request.url ?? '').split('?')[0] !== '/graphql') return refuse(socket, '404 Not Found');
    try {
      origins.check(request);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return refuse(socket, '403 Forbidden', error.message);
    }
    const leave = addresses.enter(request.socket.remoteAddress ?? '');
    if (!leave) return refuse(socket, '429 Too Many Requests', 'Too many sockets are open from this address.');
    socket.once('close', leave);
    sockets.handleUpgrade(request, socket, head, (client) => {
      sockets.emit('connection', client, request);
      // A frame that is too large or broken: ws closes the socket by itself. graphql-ws would print the stack of each.
      client.removeAllListeners('error');
      client.on('error', (error) => log.debug({ err: error }, 'A socket was closed'));
    });
  };
  server.on('upgrade', upgrade);
  return async () => {
    server.off('upgrade', upgrade);
    unwatch();
    const closed = graphql.dispose();
    // A client that never answers the closing handshake must not keep the server from ending.
    const impatience = setTimeout(() => {
      for (const client of sockets.clients) client.terminate();
    }, 1000);
    await closed;
    clearTimeout(impatience);
  };
}

function refuse(socket: Duplex, status: string, reason = ''): void {
  const length = Buffer.byteLength(reason);
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${length}\r\n\r\n${reason}`,
  );
}
