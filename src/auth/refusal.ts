export const refusalCodes = ['UNAUTHENTICATED', 'FORBIDDEN', 'RATE_LIMITED'] as const;
export type RefusalCode = (typeof refusalCodes)[number];

const statuses: Readonly<Record<RefusalCode, number>> = { UNAUTHENTICATED: 401, FORBIDDEN: 403, RATE_LIMITED: 429 };

/**
 * Why somebody is not let in, in a sentence for them. Fastify takes status and headers from it; `extensions` is what GraphQL
 * clients find beside the message.
 */
export class Refusal extends Error {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(
    readonly code: RefusalCode,
    message: string,
    /** Seconds until the same may succeed; for RATE_LIMITED. */
    readonly retryAfter: number | null = null,
  ) {
    super(message);
    this.name = 'Refusal';
    this.statusCode = statuses[code];
    this.extensions = { code, ...(retryAfter === null ? {} : { retryAfter }) };
    this.headers = {
      ...(code === 'UNAUTHENTICATED' ? { 'www-authenticate': 'Bearer realm="ReelQL"' } : {}),
      ...(retryAfter === null ? {} : { 'retry-after': String(Math.ceil(retryAfter)) }),
    };
  }
}
