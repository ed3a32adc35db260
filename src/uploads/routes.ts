import type { Readable } from 'node:stream';
import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { admitToFile, type FileAccess } from '../artifacts/admission.js';
import type { FileArtifactStore } from '../artifacts/artifact-store.js';
import { notFound, sendStoredFile } from '../artifacts/send-file.js';
import { extensionOf, uploadPath } from '../artifacts/urls.js';
import type { Caller } from '../auth/caller.js';
import { enter } from '../auth/gate.js';
import type { Upload } from '../generations/ports.js';
import { isMalformedForm } from './malformed-form.js';
import { UnusablePicture } from './picture.js';
import { TooLarge } from './receive.js';
import { TooManyUploads, type UploadStore, uploadLifetimeMs } from './upload-store.js';

export interface UploadRouteOptions {
  readonly uploads: UploadStore;
  readonly files: FileArtifactStore;
  readonly access: FileAccess;
  /** A link to a path of this server, as the caller reaches it. */
  readonly linkTo: (request: FastifyRequest, caller: Caller, path: string) => string;
}

/**
 * POST /uploads takes one picture for first frames: the body itself, or the first file of a multipart form. What it is, its
 * bytes say; the Content-Type is not asked. GET and HEAD of /uploads/<id>.<extension> give it back.
 */
export async function registerUploadRoutes(app: FastifyInstance, options: UploadRouteOptions): Promise<void> {
  const { uploads, files, access, linkTo } = options;
  const callers = new WeakMap<FastifyRequest, Caller>();

  // A scope of its own: here, bodies are streams whatever they are called.
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    await scope.register(multipart, { limits: { fileSize: uploads.maxBytes + 1, files: 1, fields: 8, parts: 9 } });

    scope.post('/uploads', {
      // Before the body is read: strangers need not be listened to.
      async onRequest(request) {
        callers.set(request, await enter(access.gate, request.headers, { role: 'CREATOR' }));
      },
      async handler(request, reply) {
        const caller = callers.get(request) as Caller;
        try {
          const body = await bodyOf(request);
          if (!body)
            return refuse(reply, 400, 'NO_PICTURE', 'Send a JPEG, PNG or WebP picture as the body of the request.');
          const upload = await uploads.create(caller, body);
          return reply
            .code(201)
            .header('cache-control', 'no-store')
            .send(describe(upload, request, caller));
        } catch (error) {
          return refuseBody(reply, error, uploads.maxBytes);
        }
      },
    });
  });

  app.get<{ Params: { id: string; extension: string } }>(
    '/uploads/:id(^[0-9a-f-]{36}).:extension(^[a-z0-9]+$)',
    async (request, reply) => {
      const maxAge = admitToFile(request, access);
      const upload = await uploads.get(request.params.id);
      if (!upload || request.params.extension !== extensionOf(upload.mimeType)) return notFound(reply);
      const { sha256, mimeType } = upload;
      reply.header('content-disposition', 'inline');
      return sendStoredFile(request, reply, { store: files, sha256, mimeType, caching: { maxAge } });
    },
  );

  function describe(upload: Upload, request: FastifyRequest, caller: Caller): Record<string, unknown> {
    const { id, mimeType, bytes, sha256, width, height, createdAt } = upload;
    return {
      id: `upload_${id}`,
      url: linkTo(request, caller, uploadPath(upload)),
      ...{ mimeType, bytes, sha256, width, height },
      createdAt: createdAt.toISOString(),
      /** Unless a generation refers to it by then. */
      expiresAt: new Date(createdAt.getTime() + uploadLifetimeMs).toISOString(),
    };
  }
}

/** Null where there is none. */
async function bodyOf(request: FastifyRequest): Promise<Readable | null> {
  if (request.isMultipart()) return (await request.file())?.file ?? null;
  return request.headers['content-length'] === '0' ? null : ((request.body as Readable | undefined) ?? null);
}

/** Answers what is the sender's fault; throws on what is not. */
function refuseBody(reply: FastifyReply, error: unknown, maxBytes: number): FastifyReply {
  // The rest of the body is not read: the connection ends with the answer.
  reply.header('connection', 'close');
  if (error instanceof TooManyUploads) return refuse(reply, 429, 'TOO_MANY_UPLOADS', error.message);
  if (error instanceof UnusablePicture) return refuse(reply, 422, 'UNUSABLE_PICTURE', error.message);
  if (error instanceof TooLarge) {
    return refuse(reply, 413, 'TOO_LARGE', `The picture is larger than ${maxBytes} bytes.`);
  }
  if (isMalformedForm(error)) return refuse(reply, 400, 'BAD_REQUEST', 'The body is no multipart form.');
  throw error;
}

function refuse(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .send({ errors: [{ message, extensions: { code } }] });
}
