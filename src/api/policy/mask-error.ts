import { randomUUID } from 'node:crypto';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { Refusal } from '../../auth/refusal.js';
import { StorageError } from '../../errors.js';
import type { Log } from '../../log.js';

/**
 * The one place where an unexpected error meets a caller: it becomes a sentence without content and a correlation id, and is
 * logged once under that id. Errors of GraphQL itself (syntax, validation, variables), refusals, and those thrown as
 * GraphQLError pass.
 */
export function maskError(error: unknown, log: Log): GraphQLFormattedError {
  if (error instanceof GraphQLError && isMeantForCallers(error)) {
    const { message, locations, path, extensions } = error.toJSON();
    // `http` is for Apollo, which has read it by now.
    const { stacktrace: _, http: __, ...shown } = extensions ?? {};
    return {
      message,
      ...(locations && { locations }),
      ...(path && { path }),
      extensions: { code: 'BAD_USER_INPUT', ...shown },
    };
  }
  const path = error instanceof GraphQLError ? error.path : undefined;
  const cause = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  if (cause instanceof Refusal) {
    return { message: cause.message, ...(path && { path }), extensions: { ...cause.extensions } };
  }
  if (cause instanceof StorageError) {
    log.error({ err: cause, path }, 'Nothing can be stored');
    const full = cause.code === 'STORAGE_FULL';
    const message = `The server cannot store anything now: its disk ${full ? 'is full' : 'reports errors'}. Try again later.`;
    return { message, ...(path && { path }), extensions: { code: cause.code } };
  }
  const correlationId = randomUUID();
  log.error({ err: cause, correlationId, path }, 'Unexpected error in a GraphQL operation');
  return {
    message: `Something went wrong on the server. Its log has the details under ${correlationId}.`,
    ...(path && { path }),
    extensions: { code: 'INTERNAL_SERVER_ERROR', correlationId },
  };
}

function isMeantForCallers({ path, nodes, extensions, originalError }: GraphQLError): boolean {
  // Found in the document or its variables before anything was executed: scalars throw whatever they like, such as `new URL` does.
  if (path === undefined && nodes !== undefined) return true;
  if (originalError && !(originalError instanceof GraphQLError)) return false;
  // With a path it comes out of a resolver or out of a value that does not fit its type. Whoever means it to be seen gives it a
  // code; the rest is ours to hide.
  return path === undefined || extensions.code !== undefined;
}
