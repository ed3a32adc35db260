import type { FastifyError } from 'fastify';
import { plainly } from '../api/http-errors.js';
import { Refusal, type RefusalCode } from '../auth/refusal.js';
import type { CreateRefusal } from '../generations/request.js';
import { newId } from '../ids.js';
import type { Log } from '../log.js';
import { isMalformedForm } from '../uploads/malformed-form.js';
import { UnusablePicture } from '../uploads/picture.js';
import { TooLarge } from '../uploads/receive.js';
import { TooManyUploads } from '../uploads/upload-store.js';

/** A failure in the form in which OpenAI's API tells one; clients choose by status and code. */
export class OpenAiError extends Error {
  override readonly name = 'OpenAiError';
  constructor(
    readonly statusCode: number,
    message: string,
    readonly code: string,
    readonly details: {
      readonly param?: string | null;
      readonly type?: string;
      readonly retryAfter?: number | null;
    } = {},
  ) {
    super(message);
  }

  get body(): object {
    const { type = 'invalid_request_error', param = null } = this.details;
    return { error: { message: this.message, type, param, code: this.code } };
  }

  get headers(): Record<string, string> {
    const { retryAfter } = this.details;
    return typeof retryAfter === 'number' ? { 'retry-after': String(Math.ceil(retryAfter)) } : {};
  }
}

export function notFound(id: string): OpenAiError {
  return new OpenAiError(404, `Video with id '${id}' not found.`, 'not_found', { param: 'video_id' });
}

const limited = 'rate_limit_error';

/** Why the application made no generation. */
export function fromRefusal(refusal: CreateRefusal): OpenAiError {
  switch (refusal.kind) {
    case 'invalidInput': {
      const [first] = refusal.issues;
      const param = first ? paramOf(first.path) : null;
      return new OpenAiError(400, refusal.issues.map(({ message }) => message).join(' '), 'invalid_value', { param });
    }
    case 'notFound':
      return refusal.what === 'model'
        ? new OpenAiError(404, `The model '${refusal.id}' does not exist.`, 'model_not_found', { param: 'model' })
        : new OpenAiError(404, `There is no ${refusal.what} '${refusal.id}'.`, 'not_found');
    case 'doesNotFit': {
      const { largest } = refusal;
      const hint = largest ? ` ${largest.width}x${largest.height} with ${largest.frameCount} frames fits.` : '';
      return new OpenAiError(
        400,
        `A video of this size does not fit into the server's memory.${hint}`,
        'does_not_fit',
        {
          param: 'size',
        },
      );
    }
    case 'queueFull':
      return new OpenAiError(429, `The queue is full (${refusal.capacity}).`, 'queue_full', {
        type: limited,
        retryAfter: refusal.retryAfterSeconds,
      });
    case 'quotaExceeded':
      return new OpenAiError(429, `Your key's quota of ${refusal.limit} is used up.`, 'insufficient_quota', {
        type: limited,
        retryAfter: refusal.retryAfterSeconds,
      });
    case 'idempotencyConflict':
      return new OpenAiError(409, 'This Idempotency-Key was used with another request.', 'idempotency_conflict');
  }
}

/** Settings by the names that OpenAI's parameters have. */
function paramOf(path: readonly string[]): string {
  const field = path.at(-1) ?? '';
  const names: Readonly<Record<string, string>> = {
    ...{ width: 'size', height: 'size', frameCount: 'seconds', steps: 'num_inference_steps', shift: 'flow_shift' },
  };
  return names[field] ?? field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

const refusalCodes: Readonly<Record<RefusalCode, readonly [code: string, type: string]>> = {
  UNAUTHENTICATED: ['invalid_api_key', 'authentication_error'],
  FORBIDDEN: ['permission_denied', 'permission_error'],
  RATE_LIMITED: ['rate_limit_exceeded', limited],
};

/** Whatever was thrown; what nobody expected is told to the log and not to the caller. */
export function toOpenAiError(error: unknown, log: Log): OpenAiError {
  if (error instanceof OpenAiError) return error;
  if (error instanceof Refusal) {
    const [code, type] = refusalCodes[error.code];
    return new OpenAiError(error.statusCode, error.message, code, { type, retryAfter: error.retryAfter });
  }
  const param = 'input_reference';
  if (error instanceof UnusablePicture) return new OpenAiError(400, error.message, 'invalid_image', { param });
  if (error instanceof TooManyUploads) {
    return new OpenAiError(429, error.message, 'too_many_uploads', { param, type: limited });
  }
  if (error instanceof TooLarge) return new OpenAiError(413, 'The picture is too large.', 'file_too_large', { param });
  if (isMalformedForm(error)) return new OpenAiError(400, 'The body is no multipart form.', 'bad_request');
  const { statusCode = 500 } = error as FastifyError;
  if (statusCode < 500) {
    const { message, code } = plainly(error as FastifyError);
    // The words know GraphQL's limit, and a body with a picture may be larger.
    return new OpenAiError(statusCode, statusCode === 413 ? 'The body is too large.' : message, code.toLowerCase());
  }
  const id = newId();
  log.error({ err: error, id }, 'Unexpected error');
  const type = 'server_error';
  return new OpenAiError(500, `Something went wrong. The server's log knows it as ${id}.`, 'internal', { type });
}
