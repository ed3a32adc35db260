import type {
  FailureFragment,
  GenerationFragment,
  InputIssueCode,
  QuotaKind,
  SettingsFragment,
} from './generated/operations.js';

/**
 * What the SDK throws on purpose, apart from the reason of an AbortSignal. Tell errors apart by class or, across copies of the
 * package, by `code`: a closed set.
 */
export abstract class ReelQLError extends Error {
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

export interface InputIssue {
  /** Where in the input, such as ["settings", "width"]. */
  readonly path: readonly string[];
  readonly message: string;
  readonly code: InputIssueCode;
}

/** The input cannot be used; nothing was done. */
export class InvalidInputError extends ReelQLError {
  readonly code = 'INVALID_INPUT';

  constructor(
    message: string,
    /** Everything that is wrong, not only the first. */
    readonly issues: readonly InputIssue[],
  ) {
    super(message);
  }
}

/** The input, or the call, refers to something that does not exist, or not for this API key. */
export class NotFoundError extends ReelQLError {
  readonly code = 'NOT_FOUND';

  constructor(
    message: string,
    readonly id: string,
  ) {
    super(message);
  }
}

/** As many generations wait as may wait. */
export class QueueFullError extends ReelQLError {
  readonly code = 'QUEUE_FULL';

  constructor(
    message: string,
    readonly capacity: number,
    /** Null where the server does not know. */
    readonly retryAfterSeconds: number | null,
  ) {
    super(message);
  }
}

/** The API key has asked for as much as it may. */
export class QuotaExceededError extends ReelQLError {
  readonly code = 'QUOTA_EXCEEDED';

  constructor(
    message: string,
    readonly quota: QuotaKind,
    readonly limit: number,
    /** Null where the server does not know. */
    readonly retryAfterSeconds: number | null,
  ) {
    super(message);
  }
}

/** No device has the memory that the settings need; `onDoesNotFit: 'DOWNGRADE'` makes the server choose smaller ones. */
export class DoesNotFitError extends ReelQLError {
  readonly code = 'DOES_NOT_FIT';

  constructor(
    message: string,
    readonly requiredBytes: number,
    readonly availableBytes: number,
    /** Null where not even the smallest do. */
    readonly largestThatFits: SettingsFragment | null,
  ) {
    super(message);
  }
}

/** The generation has not ended yet. */
export class GenerationBusyError extends ReelQLError {
  readonly code = 'GENERATION_BUSY';

  constructor(
    message: string,
    readonly generationId: string,
  ) {
    super(message);
  }
}

/** The idempotencyKey was used before with another input. */
export class IdempotencyConflictError extends ReelQLError {
  readonly code = 'IDEMPOTENCY_CONFLICT';

  constructor(
    message: string,
    /** What that other input created. */
    readonly existingId: string,
  ) {
    super(message);
  }
}

/** The generation ended without a video. */
export class GenerationFailedError extends ReelQLError {
  readonly code = 'GENERATION_FAILED';

  constructor(
    readonly generation: GenerationFragment,
    readonly failure: FailureFragment,
  ) {
    super(failure.message);
  }
}

/** Somebody canceled the generation. */
export class GenerationCanceledError extends ReelQLError {
  readonly code = 'GENERATION_CANCELED';

  constructor(readonly generation: GenerationFragment) {
    super('The generation was canceled.');
  }
}

/** The server wants an API key, and this is none of its own. */
export class UnauthenticatedError extends ReelQLError {
  readonly code = 'UNAUTHENTICATED';
}

/** The API key's role does not allow it. */
export class ForbiddenError extends ReelQLError {
  readonly code = 'FORBIDDEN';
}

/** The API key has sent too many requests. */
export class RateLimitedError extends ReelQLError {
  readonly code = 'RATE_LIMITED';

  constructor(
    message: string,
    /** Null where the server does not say. */
    readonly retryAfterSeconds: number | null,
  ) {
    super(message);
  }
}

/** The bytes are no picture that the server reads, or too many of them. */
export class UnusableUploadError extends ReelQLError {
  readonly code = 'UNUSABLE_UPLOAD';
}

/** The server could not be reached, or the connection was lost for good. */
export class ConnectionError extends ReelQLError {
  readonly code = 'CONNECTION';
}

/** The server answered with something else than the contract says: a mistake of its own, a proxy's page, a newer version. */
export class ServerError extends ReelQLError {
  readonly code = 'SERVER';

  constructor(
    message: string,
    /** `errors[].extensions.code`, such as INTERNAL_SERVER_ERROR; null if there was none. */
    readonly serverCode: string | null = null,
    /** HTTP status; null for an answer over the socket. */
    readonly status: number | null = null,
  ) {
    super(message);
  }
}
