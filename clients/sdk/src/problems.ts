import {
  DoesNotFitError,
  ForbiddenError,
  GenerationBusyError,
  IdempotencyConflictError,
  InvalidInputError,
  NotFoundError,
  QueueFullError,
  QuotaExceededError,
  RateLimitedError,
  type ReelQLError,
  ServerError,
  UnauthenticatedError,
  UnusableUploadError,
} from './errors.js';
import type { ProblemFragment } from './generated/operations.js';

type ProblemName = ProblemFragment['__typename'];
type Problem<Name extends ProblemName> = Extract<ProblemFragment, { readonly __typename: Name }>;

/** One class for every member of the result unions that is no success: a new one in the schema does not compile until it has one. */
const errorOf: { readonly [Name in ProblemName]: (problem: Problem<Name>) => ReelQLError } = {
  InvalidInput: ({ message, issues }) => new InvalidInputError(message, issues),
  NotFound: ({ message, id }) => new NotFoundError(message, id),
  QueueFull: ({ message, capacity, retryAfterSeconds }) => new QueueFullError(message, capacity, retryAfterSeconds),
  QuotaExceeded: ({ message, quota, limit, retryAfterSeconds }) =>
    new QuotaExceededError(message, quota, limit, retryAfterSeconds),
  DoesNotFit: ({ message, requiredBytes, availableBytes, largestThatFits }) =>
    new DoesNotFitError(message, requiredBytes, availableBytes, largestThatFits),
  GenerationBusy: ({ message, generation }) => new GenerationBusyError(message, generation.id),
  IdempotencyConflict: ({ message, existing }) => new IdempotencyConflictError(message, existing.id),
};

type Success<Result> = Extract<Result, { readonly __typename: `${string}Success` }>;

/**
 * The success in a result union.
 * @throws the error class of what it is instead
 */
export function successOf<Result extends { readonly __typename: string }>(result: Result): Success<Result> {
  if (result.__typename.endsWith('Success')) return result as Success<Result>;
  throw problemOf(result as unknown as ProblemFragment);
}

function problemOf<Name extends ProblemName>(problem: Problem<Name>): ReelQLError {
  const create = errorOf[problem.__typename as Name] as ((problem: Problem<Name>) => ReelQLError) | undefined;
  // A server newer than this SDK may know problems that it does not.
  return create?.(problem) ?? new ServerError(`${problem.message} (${problem.__typename})`);
}

/** An entry of a GraphQL answer's `errors`. */
export interface GraphQLErrorEntry {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

/** The error class of what went wrong outside the result unions: the first entry decides, the message has them all. */
export function errorOfEntries(entries: readonly GraphQLErrorEntry[], status: number | null = null): ReelQLError {
  const message = entries.map((entry) => entry.message).join('\n') || `The server answered with HTTP ${status}.`;
  const { code, retryAfter, id } = entries[0]?.extensions ?? {};
  switch (code) {
    case 'UNAUTHENTICATED':
      return new UnauthenticatedError(message);
    case 'FORBIDDEN':
      return new ForbiddenError(message);
    case 'RATE_LIMITED':
      return new RateLimitedError(message, typeof retryAfter === 'number' ? retryAfter : null);
    case 'NOT_FOUND':
      return new NotFoundError(message, String(id ?? ''));
    case 'NO_PICTURE':
    case 'UNUSABLE_PICTURE':
    case 'TOO_LARGE':
      return new UnusableUploadError(message);
    default:
      return new ServerError(message, typeof code === 'string' ? code : null, status);
  }
}
