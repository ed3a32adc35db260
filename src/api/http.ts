import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import type { Caller } from '../auth/caller.js';
import { enter, type Gate } from '../auth/gate.js';
import type { Refusal } from '../auth/refusal.js';
import type { Log } from '../log.js';
import type { ApiContext } from './context.js';
import { sendError } from './http-errors.js';
import { type Origins, registerOrigins } from './origins.js';
import { errorsOfSubscription } from './policy/admit-operation.js';
import { costOf, furtherRequests, requireCost } from './policy/cost.js';
import { introspection, operationLimits, parseOptions } from './policy/limits.js';
import { maskError } from './policy/mask-error.js';
import { shapeRules } from './policy/shape.js';
import type { TrustedDocuments } from './policy/trusted-documents.js';
import { resolveDocument } from './resolve-document.js';

/** Fastify with its errors in the form of GraphQL's: clients parse one kind of answer. */
export function createHttpApp(log: Log, origins: Origins): FastifyInstance {
  const app = Fastify({
    bodyLimit: operationLimits.bodyBytes,
    // Node's own default, which Fastify takes away: a request that trickles in for ever holds its connection no longer.
    requestTimeout: 300_000,
    // A close ends open downloads and keep-alive connections rather than wait for them.
    forceCloseConnections: true,
    logger: false,
    frameworkErrors: (error, _request, reply) => sendError(error, reply, log),
  });
  registerOrigins(app, origins);
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('x-content-type-options', 'nosniff');
  });
  app.setErrorHandler((error: FastifyError | Refusal, _request, reply) => sendError(error, reply, log));
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ errors: [{ message: `There is nothing at ${request.method} ${request.url}.` }] }),
  );
  return app;
}

export interface GraphqlOptions {
  readonly schema: GraphQLSchema;
  readonly gate: Gate;
  readonly documents: TrustedDocuments;
  readonly log: Log;
  contextOf(request: FastifyRequest['raw'], caller: Caller): ApiContext;
}

/** GraphQL over HTTP at /graphql; people who visit it are sent to the page. Returns Apollo's stop. */
export async function registerGraphql(
  app: FastifyInstance,
  { schema, gate, documents, log, contextOf }: GraphqlOptions,
): Promise<() => Promise<void>> {
  const apollo = new ApolloServer<ApiContext>({
    schema,
    introspection,
    parseOptions,
    validationRules: [...shapeRules],
    // Trusted documents take its place: Apollo's own would learn whatever document anybody sends.
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    csrfPrevention: true,
    plugins: [ApolloServerPluginLandingPageDisabled(), costLimit(gate)],
    logger: log,
    formatError(formatted, error) {
      // Apollo has put codes into what it found wrong itself; those are meant to be seen.
      if (!isApollosOwn(formatted.extensions?.code)) return maskError(error, log);
      // But where a validation rule of ours has said why, it has the better code.
      const rule = error instanceof GraphQLError ? error.originalError : undefined;
      return rule instanceof GraphQLError && rule.extensions.code ? maskError(rule, log) : formatted;
    },
  });
  await apollo.start();
  const callers = new WeakMap<FastifyRequest, Caller>();
  const answer = fastifyApolloHandler(apollo, {
    context: async (request) => contextOf(request.raw, callers.get(request) as Caller),
  });
  app.route({
    method: ['GET', 'POST', 'OPTIONS'],
    url: '/graphql',
    // Before the body is read: strangers need not be listened to.
    async onRequest(request) {
      if (!isBrowserVisit(request)) callers.set(request, await enter(gate, request.headers));
    },
    async handler(request, reply) {
      if (isBrowserVisit(request)) return reply.redirect('/');
      const refused = resolveDocument(request, documents);
      if (refused) return reply.code(refused.status).send({ errors: [maskError(refused.error, log)] });
      const { query } = (request.method === 'GET' ? request.query : (request.body ?? {})) as {
        readonly query?: unknown;
      };
      const errors = errorsOfSubscription(schema, query);
      if (errors.length > 0) return reply.code(400).send({ errors: errors.map((error) => maskError(error, log)) });
      return answer.call(app, request, reply);
    },
  });
  return () => apollo.stop();
}

/** What variables make of a document, which validation rules do not see. */
function costLimit(gate: Gate): ApolloServerPlugin<ApiContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ schema, document, operation, request, contextValue }) {
          if (!operation) return;
          const cost = costOf({ schema, document, operation, variables: request.variables ?? {} });
          requireCost(cost);
          gate.debit(contextValue.caller, furtherRequests(cost));
        },
      };
    },
  };
}

const apolloCodes = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_REQUEST',
]);
function isApollosOwn(code: unknown): boolean {
  return typeof code === 'string' && apolloCodes.has(code);
}

function isBrowserVisit({ method, headers, query }: FastifyRequest): boolean {
  return method === 'GET' && (headers.accept ?? '').includes('text/html') && !('query' in (query as object));
}
