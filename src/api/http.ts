import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { Log } from '../log.js';
import type { ApiContext } from './context.js';
import { landingHeaders, landingPage } from './landing/landing.js';
import { introspection, maskError, operationLimits, parseOptions, validationRules } from './operation-policy.js';

/** Fastify with its errors in the form of GraphQL's: clients parse one kind of answer. */
export function createHttpApp(log: Log): FastifyInstance {
  const app = Fastify({
    bodyLimit: operationLimits.bodyBytes,
    // A close ends open downloads and keep-alive connections rather than wait for them.
    forceCloseConnections: true,
    logger: false,
  });
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    const status = error.statusCode ?? 500;
    // What the route had set was for what it meant to send. A 416 brings the size that ranges must lie in.
    reply
      .type('application/json')
      .header('cache-control', 'no-store')
      .removeHeader('content-disposition')
      .removeHeader('etag');
    reply.headers((error as { headers?: Record<string, string> }).headers ?? {});
    if (status >= 500) return reply.code(500).send({ errors: [maskError(error, log)] });
    return reply
      .code(status)
      .send({ errors: [{ message: plainly(error), extensions: { code: error.code ?? 'BAD_REQUEST' } }] });
  });
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ errors: [{ message: `There is nothing at ${request.method} ${request.url}.` }] }),
  );
  return app;
}

function plainly(error: FastifyError): string {
  if (error.code === 'FST_ERR_CTP_INVALID_JSON_BODY') return 'The body of the request is not valid JSON.';
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return `The body of the request is larger than ${operationLimits.bodyBytes} bytes.`;
  }
  return error.message;
}

/** GraphQL over HTTP at /graphql, and the page for people there and at /. Returns Apollo's stop. */
export async function registerGraphql(
  app: FastifyInstance,
  schema: GraphQLSchema,
  contextOf: (request: FastifyRequest['raw']) => ApiContext,
  log: Log,
): Promise<() => Promise<void>> {
  const apollo = new ApolloServer<ApiContext>({
    schema,
    introspection,
    parseOptions,
    validationRules: [...validationRules],
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    csrfPrevention: true,
    plugins: [ApolloServerPluginLandingPageDisabled()],
    logger: log,
    formatError: (formatted, error) =>
      // Apollo has put codes into what it found wrong itself; those are meant to be seen.
      isApollosOwn(formatted.extensions?.code) ? formatted : maskError(error, log),
  });
  await apollo.start();
  const answer = fastifyApolloHandler(apollo, { context: (request) => Promise.resolve(contextOf(request.raw)) });
  app.route({
    method: ['GET', 'POST', 'OPTIONS'],
    url: '/graphql',
    handler(request, reply) {
      return isBrowserVisit(request) ? sendPage(request, reply) : answer.call(app, request, reply);
    },
  });
  app.get('/', sendPage);
  return () => apollo.stop();
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

async function sendPage(_request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  return reply.headers(landingHeaders).type('text/html; charset=utf-8').send(landingPage);
}
