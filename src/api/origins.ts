import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { isLoopback } from '../auth/exposure.js';
import { Refusal } from '../auth/refusal.js';

type Request = Pick<IncomingMessage, 'headers'>;

export interface OriginOptions {
  /** Origins of other sites whose pages may use this server, such as `https://studio.example`; `*` for all. */
  readonly allowed: readonly string[];
  /** Where people reach this server, if that is not what its own Host header says. */
  readonly publicUrl?: string | undefined;
  /** No key is wanted and only this machine is served: then a page must not come in under a name that it made up. */
  readonly guardsName: boolean;
}

/**
 * Which web pages may talk to this server. Browsers let any page try: the socket is open to all of them but for this check, and
 * so are requests that a plain form can send. Programs send no Origin and are let in.
 */
export class Origins {
  private readonly allowed: ReadonlySet<string>;
  private readonly names: ReadonlySet<string>;

  constructor(private readonly options: OriginOptions) {
    const ours = options.publicUrl ? [new URL(options.publicUrl).origin] : [];
    this.allowed = new Set([...options.allowed, ...ours]);
    this.names = new Set(ours.map((origin) => new URL(origin).hostname));
  }

  /** @throws Refusal FORBIDDEN */
  check(request: Request): void {
    this.checkName(request);
    const { origin, host } = request.headers;
    if (origin === undefined || isOwn(origin, host) || this.isAllowed(origin)) return;
    throw new Refusal('FORBIDDEN', `Pages of ${origin} may not use this server (REELQL_ALLOWED_ORIGINS).`);
  }

  /**
   * DNS rebinding: a site points a name of its own at 127.0.0.1, and its page is then of the "same origin" as the server on
   * its visitor's machine. Addresses and `localhost` cannot be pointed elsewhere.
   * @throws Refusal FORBIDDEN
   */
  checkName({ headers: { host } }: Request): void {
    if (!this.options.guardsName || host === undefined) return;
    const name = host.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
    if (isIP(name) > 0 || isLoopback(name) || name.endsWith('.localhost') || this.names.has(name)) return;
    throw new Refusal('FORBIDDEN', `This server is not called ${host}. If it is, set REELQL_PUBLIC_URL.`);
  }

  /** Pages of other sites that may read the answers too. */
  isAllowed(origin: string): boolean {
    return this.allowed.has(origin) || this.allowed.has('*');
  }
}

function isOwn(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}

/**
 * CORS for allowed origins, on all routes. Keys travel in the Authorization header and not in cookies, so no credentials are
 * allowed. From other origins reading is left to the browser to forbid, and everything else is refused here.
 */
export function registerOrigins(app: FastifyInstance, origins: Origins): void {
  app.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers;
    const reads = request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS';
    if (reads) origins.checkName(request.raw);
    else origins.check(request.raw);
    if (origin === undefined) return;
    reply.header('vary', 'Origin');
    if (!origins.isAllowed(origin)) return;
    reply.header('access-control-allow-origin', origin);
    reply.header('access-control-expose-headers', exposed);
    if (request.headers['access-control-request-method']) return preflight(reply, request.headers);
  });
}

const exposed = 'Content-Disposition, Content-Range, ETag, Location, Retry-After';

function preflight(reply: FastifyReply, headers: IncomingMessage['headers']): FastifyReply {
  return reply
    .header('access-control-allow-methods', 'GET, HEAD, POST, PUT, PATCH, DELETE')
    .header('access-control-allow-headers', headers['access-control-request-headers'] ?? 'Authorization, Content-Type')
    .header('access-control-max-age', '7200')
    .header('vary', 'Origin, Access-Control-Request-Headers')
    .code(204)
    .send();
}
