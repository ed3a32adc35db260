import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { FileArtifactStore } from '../artifacts/artifact-store.js';
import { contentDisposition } from '../artifacts/content-disposition.js';
import { sendStoredFile } from '../artifacts/send-file.js';
import { extensionOf } from '../artifacts/urls.js';
import type { Caller, Role } from '../auth/caller.js';
import { enter, fileCost, type Gate } from '../auth/gate.js';
import type { ModelCatalog } from '../generations/catalog.js';
import type { GenerationRecord } from '../generations/record.js';
import type { GenerationService } from '../generations/service.js';
import type { Log } from '../log.js';
import type { UploadStore } from '../uploads/upload-store.js';
import { readBody } from './body.js';
import { createVideo } from './create-video.js';
import { notFound, OpenAiError, toOpenAiError } from './error.js';
import { describeVideo, generationIdOf, videoId } from './video.js';

export interface OpenAiParts {
  readonly service: GenerationService;
  readonly catalog: ModelCatalog;
  readonly uploads: UploadStore;
  readonly files: FileArtifactStore;
  readonly gate: Gate;
  readonly log: Log;
}

interface ListQuery {
  readonly limit?: string;
  readonly after?: string;
  readonly order?: string;
}

const defaultPage = 20;
const largestPage = 100;

/**
 * The videos API of OpenAI over the same service, for tools that speak it: create, retrieve, list, delete, content, and the list
 * of models. Sizes and durations that the model does not make are adjusted, and the answer says so.
 */
export async function registerOpenAiRoutes(app: FastifyInstance, parts: OpenAiParts): Promise<void> {
  const { service, catalog, uploads, files, gate, log } = parts;
  const callers = new WeakMap<FastifyRequest, Caller>();
  const as = (role: Role, cost = 1) => ({
    onRequest: async (request: FastifyRequest): Promise<void> => {
      callers.set(request, await enter(gate, request.headers, { role, cost }));
    },
  });
  const callerOf = (request: FastifyRequest): Caller => callers.get(request) as Caller;
  const find = async (request: FastifyRequest, id: string): Promise<GenerationRecord> => {
    const generationId = generationIdOf(id);
    const generation = generationId && (await service.get(callerOf(request), generationId));
    if (!generation) throw notFound(id);
    return generation;
  };

  await app.register(
    async (scope) => {
      await scope.register(multipart, {
        limits: { fileSize: uploads.maxBytes + 1, files: 1, fields: 16, parts: 17, fieldSize: 64 * 1024 },
      });
      scope.setErrorHandler((error, _request, reply) => {
        const { statusCode, body, headers } = toOpenAiError(error, log);
        reply.removeHeader('content-disposition').removeHeader('etag');
        return reply
          .code(statusCode)
          .headers(headers)
          .type('application/json')
          .header('cache-control', 'no-store')
          .send(body);
      });

      // A picture may come as a data URL, a third larger than it is.
      const bodyLimit = Math.ceil(uploads.maxBytes * 1.4) + 64 * 1024;
      scope.post('/videos', { ...as('CREATOR'), bodyLimit }, async (request) => {
        const body = await readBody(request, callerOf(request), uploads);
        return createVideo({ service, catalog }, callerOf(request), body, request.headers['idempotency-key']);
      });

      scope.get<{ Querystring: ListQuery }>('/videos', as('VIEWER'), async (request) => {
        const { limit, after, ascending } = readQuery(request.query);
        // One more than asked for tells whether there are more.
        const slice = ascending
          ? { from: 'oldest' as const, newerThan: after, limit: limit + 1 }
          : { from: 'newest' as const, olderThan: after, limit: limit + 1 };
        const found = await service.list(callerOf(request), {}, slice);
        const page = (ascending ? found.reverse() : found).slice(0, limit);
        const [first, last] = [page[0], page.at(-1)];
        return {
          object: 'list',
          data: page.map((generation) => describeVideo(generation)),
          first_id: first ? videoId(first.id) : null,
          last_id: last ? videoId(last.id) : null,
          has_more: found.length > limit,
        };
      });

      scope.get<{ Params: { id: string } }>('/videos/:id', as('VIEWER'), async (request) =>
        describeVideo(await find(request, request.params.id)),
      );

      scope.delete<{ Params: { id: string } }>('/videos/:id', as('CREATOR'), async (request) => {
        const { id } = await find(request, request.params.id);
        const outcome = await service.delete(callerOf(request), id);
        if (outcome === null) throw notFound(request.params.id);
        if (outcome !== 'deleted') {
          throw new OpenAiError(409, 'The video is being made; it can be deleted when it has ended.', 'in_progress');
        }
        return { id: videoId(id), object: 'video.deleted', deleted: true };
      });

      scope.get<{ Params: { id: string }; Querystring: { variant?: string } }>(
        '/videos/:id/content',
        as('VIEWER', fileCost),
        async (request, reply) => {
          const { artifacts, prompt, status } = await find(request, request.params.id);
          const artifact = artifacts.find(({ kind }) => kind === kindOf(request.query.variant));
          if (status !== 'SUCCEEDED' || !artifact) {
            throw new OpenAiError(404, 'The video is not ready. Ask for its status first.', 'not_ready');
          }
          const { sha256, mimeType } = artifact;
          const extension = extensionOf(mimeType);
          reply.header('content-disposition', contentDisposition('attachment', { prompt, sha256, extension }));
          return sendStoredFile(request, reply, { store: files, sha256, mimeType, caching: 'private' });
        },
      );

      scope.get('/models', as('VIEWER'), async () => ({
        object: 'list',
        data: catalog.list().map(({ name }) => ({ id: name, object: 'model', created: 0, owned_by: 'reelql' })),
      }));
    },
    { prefix: '/v1' },
  );
}

function readQuery({ limit = String(defaultPage), after, order = 'desc' }: ListQuery) {
  const count = Number(limit);
  if (!Number.isInteger(count) || count < 1 || count > largestPage) {
    throw new OpenAiError(400, `limit must be a whole number from 1 to ${largestPage}.`, 'invalid_value', {
      param: 'limit',
    });
  }
  if (order !== 'asc' && order !== 'desc') {
    throw new OpenAiError(400, "order must be 'asc' or 'desc'.", 'invalid_value', { param: 'order' });
  }
  const id = after === undefined ? undefined : generationIdOf(after);
  if (id === null) throw new OpenAiError(400, 'after must be the id of a video.', 'invalid_value', { param: 'after' });
  return { limit: count, after: id, ascending: order === 'asc' };
}

function kindOf(variant = 'video'): 'VIDEO' | 'POSTER' {
  if (variant === 'video') return 'VIDEO';
  if (variant === 'thumbnail') return 'POSTER';
  throw new OpenAiError(400, "variant must be 'video' or 'thumbnail'.", 'invalid_value', { param: 'variant' });
}
