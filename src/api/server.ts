// Before anything that has decorators.
import 'reflect-metadata';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FileArtifactStore } from '../artifacts/artifact-store.js';
import { registerArtifactRoutes } from '../artifacts/routes.js';
import type { Access } from '../auth/access.js';
import type { Caller } from '../auth/caller.js';
import { ReelError } from '../errors.js';
import type { EventStream } from '../events/event-stream.js';
import type { ModelCatalog } from '../generations/catalog.js';
import type { GenerationService } from '../generations/service.js';
import type { Log } from '../log.js';
import { registerOpenAiRoutes } from '../openai/routes.js';
import { packagePath } from '../package-path.js';
import type { Scheduler } from '../scheduler/ports.js';
import { registerUploadRoutes } from '../uploads/routes.js';
import type { UploadStore } from '../uploads/upload-store.js';
import { baseUrlOf } from './base-url.js';
import type { ApiContext } from './context.js';
import { registerHealthRoutes } from './health.js';
import { createHttpApp, registerGraphql } from './http.js';
import { Origins } from './origins.js';
import type { TrustedDocuments } from './policy/trusted-documents.js';
import { createSchema } from './schema.js';
import { registerStudio } from './studio.js';
import { attachWebSocket } from './websocket.js';

export interface HttpServerOptions {
  readonly service: GenerationService;
  readonly events: EventStream;
  readonly artifacts: FileArtifactStore;
  readonly uploads: UploadStore;
  readonly scheduler: Scheduler;
  readonly catalog: ModelCatalog;
  readonly access: Access;
  readonly documents: TrustedDocuments;
  readonly network: NetworkOptions;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly log: Log;
}

/** Who may reach the server from where. */
export interface NetworkOptions {
  readonly allowedOrigins: readonly string[];
  /** Where people reach this server, if that is not what its Host header says: behind a proxy with TLS, for instance. */
  readonly publicUrl?: string | undefined;
  readonly serveNetworkWithoutAuth: boolean;
  readonly connectionsPerKey: number;
  readonly connectionsPerAddress: number;
  /** Proxies whose word on where a connection comes from counts. */
  readonly trustProxy: readonly string[];
}

export interface HttpServer {
  /** Such as `http://127.0.0.1:4000`. */
  readonly url: string;
  /** From now on /readyz says that nothing new should be sent here; everything is still answered. */
  drain(): void;
  /** Ends subscriptions and downloads and frees the port. */
  close(): Promise<void>;
}

/**
 * Everything on one port: GraphQL over HTTP and WebSocket, the page for people, artifacts, previews, uploads, OpenAI's videos, health.
 * @throws ReelError PORT_IN_USE, CANNOT_LISTEN
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { service, events, artifacts, uploads, scheduler, catalog, access, documents, network, log } = options;
  const { gate, links } = access;
  let url = '';
  let draining = false;
  const contextOf = (request: IncomingMessage, caller: Caller): ApiContext => {
    const baseUrl = network.publicUrl ?? baseUrlOf(request, url);
    const linkTo = (path: string) => `${baseUrl}${links.sign(path, caller.keyId)}`;
    return { service, events, scheduler, catalog, caller, baseUrl, linkTo };
  };
  const origins = new Origins({
    allowed: network.allowedOrigins,
    publicUrl: network.publicUrl,
    guardsName: !gate.wantsKeys && !network.serveNetworkWithoutAuth,
  });
  const schema = createSchema();
  const app = createHttpApp(log, origins);
  const stopApollo = await registerGraphql(app, { schema, gate, documents, log, contextOf });
  await registerArtifactRoutes(app, artifacts, access, {
    artifact: (sha256) => service.artifact(sha256),
    preview: (generationId, sequence) => events.log.preview(generationId, sequence),
  });
  await registerUploadRoutes(app, {
    ...{ uploads, files: artifacts, access },
    linkTo: (request, caller, path) => contextOf(request.raw, caller).linkTo(path),
  });
  await registerOpenAiRoutes(app, { service, catalog, uploads, files: artifacts, gate, log });
  await registerStudio(app, packagePath('dist/studio'));
  registerHealthRoutes(app, { ...options, draining: () => draining });
  const closeSockets = attachWebSocket(app.server, { schema, gate, documents, origins, log, contextOf, ...network });
  const close = async () => {
    await closeSockets();
    await stopApollo();
    await app.close();
  };
  try {
    await app.listen({ host: options.host, port: options.port });
  } catch (error) {
    await close();
    throw listenError(error, options);
  }
  url = urlOf(app.server.address() as AddressInfo);
  log.info({ url }, 'Listening');
  const drain = () => {
    draining = true;
  };
  return { url, drain, close };
}

function urlOf({ address, port, family }: AddressInfo): string {
  // Listening everywhere is not an address to visit.
  const host = address === '0.0.0.0' || address === '::' ? 'localhost' : family === 'IPv6' ? `[${address}]` : address;
  return `http://${host}:${port}`;
}

function listenError(error: unknown, { host, port }: HttpServerOptions): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EADDRINUSE') {
    const message = `Port ${port} on ${host} is in use by another program. Stop that, or choose a port with --port or REELQL_PORT (0 takes a free one).`;
    return new ReelError('PORT_IN_USE', message, { cause: error });
  }
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new ReelError('CANNOT_LISTEN', `Cannot listen on ${host}:${port} (${code}). Choose --host and --port.`, {
      cause: error,
    });
  }
  return error;
}
