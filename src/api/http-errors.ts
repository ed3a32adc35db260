import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyReply } from 'fastify';
import { Refusal } from '../auth/refusal.js';
import type { Log } from '../log.js';
import { operationLimits } from './policy/limits.js';
import { maskError } from './policy/mask-error.js';

/**
 * Whatever a route throws, in the form of GraphQL's errors: clients parse one kind of answer. Only refusals speak for themselves;
 * of Fastify and its plugins callers learn the status, in our words.
 */
export function sendError(error: FastifyError | Refusal, reply: FastifyReply, log: Log): FastifyReply {
  const status = error.statusCode ?? 500;
  // What the route had set was for what it meant to send. A 416 brings the size that ranges must lie in.
  reply
    .code(status >= 500 ? 500 : status)
    .type('application/json')
    .header('cache-control', 'no-store')
    .removeHeader('content-disposition')
    .removeHeader('etag');
  reply.headers((error as { headers?: Record<string, string> }).headers ?? {});
  if (status >= 500 || error instanceof Refusal) return reply.send({ errors: [maskError(error, log)] });
  const { message, code } = plainly(error);
  return reply.send({ errors: [{ message, extensions: { code } }] });
}

/** What callers learn of an error of Fastify or a plugin that is theirs (4xx): such as 413, PAYLOAD_TOO_LARGE. */
export function plainly({ statusCode = 400, code }: Pick<FastifyError, 'statusCode' | 'code'>) {
  const name = STATUS_CODES[statusCode] ?? 'Bad Request';
  return { message: sentences[code] ?? `${name}.`, code: name.toUpperCase().replace(/\W+/g, '_') };
}

const sentences: Readonly<Record<string, string>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: 'The body of the request is not valid JSON.',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'The body of the request is empty, and JSON cannot be empty.',
  FST_ERR_CTP_BODY_TOO_LARGE: `The body of the request is larger than ${operationLimits.bodyBytes} bytes.`,
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'This Content-Type is not read here.',
  FST_ERR_BAD_URL: 'The URL is not properly encoded.',
};
