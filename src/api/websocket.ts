import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type DocumentNode, GraphQLError, type GraphQLSchema, parse, specifiedRules, validate } from 'graphql';
import type { Context, ServerOptions, SubscribePayload } from 'graphql-ws';
import { type Extra, useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import type { Log } from '../log.js';
import { isSameOrigin } from './base-url.js';
import type { ApiContext } from './context.js';
import { deliver } from './delivery.js';
import { FanOut, type ReadyResults } from './fan-out.js';
import { maskError, operationLimits, parseOptions, validationRules } from './operation-policy.js';

type SocketContext = Context<Record<string, unknown>, Extra>;

/** GraphQL over graphql-transport-ws at /graphql, on the HTTP server's port. Returns what closes all sockets. */
export function attachWebSocket(
  server: Server,
  schema: GraphQLSchema,
  contextOf: (request: IncomingMessage) => ApiContext,
  log: Log,
): () => Promise<void> {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: operationLimits.bodyBytes });
  const fanOut = new FanOut((error) => maskError(error, log));
  const options: ServerOptions<Record<string, unknown>, Extra> = {
    onSubscribe: (context, _id, payload) => admit(schema, contextOf, context, payload),
    subscribe: (args) => fanOut.subscribe(args),
    onOperation: ({ extra }, id, _payload, _args, result) =>
      // What `subscribe` made; other operations have a plain result.
      Symbol.asyncIterator in result ? deliver(extra.socket, id, result as ReadyResults) : undefined,
    onNext: (_context, _id, _payload, _args, { errors, data }) =>
      errors ? { data: data ?? null, errors: errors.map((error) => maskError(error, log)) } : undefined,
    onError: (_context, _id, _payload, errors) => errors.map((error) => maskError(error, log)),
  };
  const graphql = useServer(options, sockets);
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const path = (request.url ?? '').split('?')[0];
    if (path !== '/graphql') return refuse(socket, '404 Not Found');
    if (!isSameOrigin(request)) return refuse(socket, '403 Forbidden');
    sockets.handleUpgrade(request, socket, head, (client) => {
      // A frame too large or broken: ws closes the socket by itself.
      client.on('error', (error) => log.debug({ err: error }, 'A socket was closed'));
      sockets.emit('connection', client, request);
    });
  };
  server.on('upgrade', upgrade);
  return async () => {
    server.off('upgrade', upgrade);
    const closed = graphql.dispose();
    // A client that never answers the closing handshake must not keep the server from ending.
    const impatience = setTimeout(() => {
      for (const client of sockets.clients) client.terminate();
    }, 1000);
    await closed;
    clearTimeout(impatience);
  };
}

/** The same parsing, rules and limits as over HTTP. */
function admit(
  schema: GraphQLSchema,
  contextOf: (request: IncomingMessage) => ApiContext,
  { subscriptions, extra }: SocketContext,
  payload: SubscribePayload,
) {
  if (Object.keys(subscriptions).length > operationLimits.subscriptions) {
    const message = `A socket carries at most ${operationLimits.subscriptions} operations at once.`;
    return [new GraphQLError(message, { extensions: { code: 'OPERATION_TOO_COMPLEX' } })];
  }
  let document: DocumentNode;
  try {
    document = parse(payload.query, parseOptions);
  } catch (error) {
    if (error instanceof GraphQLError) return [withCode(error, 'GRAPHQL_PARSE_FAILED')];
    throw error;
  }
  const errors = validate(schema, document, [...specifiedRules, ...validationRules]);
  if (errors.length > 0) return errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED'));
  return {
    schema,
    document,
    operationName: payload.operationName,
    variableValues: payload.variables,
    contextValue: contextOf(extra.request),
  };
}

/** The codes that Apollo gives to the same errors over HTTP. */
function withCode(error: GraphQLError, code: string): GraphQLError {
  error.extensions.code ??= code;
  return error;
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
