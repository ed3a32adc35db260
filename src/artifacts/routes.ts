import { stat } from 'node:fs/promises';
import { dirname, relative, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Artifact, Preview } from '../generations/generation.js';
import { admitToFile, type FileAccess } from './admission.js';
import type { FileArtifactStore } from './artifact-store.js';
import { extensionOf } from './urls.js';

/** What the routes have to know of artifacts and previews. */
export interface ArtifactIndex {
  artifact(sha256: string): Promise<{ readonly artifact: Artifact; readonly prompt: string } | null>;
  preview(generationId: string, sequence: number): Promise<Preview | null>;
}

/**
 * GET and HEAD of /artifacts/<sha256>.<extension> and /previews/<generation>/<sequence>.<extension>. What lies under such a
 * URL never changes: strong ETags, cached for a year. Artifacts answer ranges; `?download` makes the browser save them.
 */
export async function registerArtifactRoutes(
  app: FastifyInstance,
  store: FileArtifactStore,
  access: FileAccess,
  index: ArtifactIndex,
): Promise<void> {
  await app.register(fastifyStatic, { root: store.root, serve: false });

  app.get<{ Params: { sha256: string; extension: string }; Querystring: { download?: string } }>(
    '/artifacts/:sha256(^[0-9a-f]{64}).:extension(^[a-z0-9]+$)',
    async (request, reply) => {
      const { sha256, extension } = request.params;
      const maxAge = admitToFile(request, access);
      const found = await index.artifact(sha256);
      const path = store.path(sha256);
      const present = found && extension === extensionOf(found.artifact.mimeType) && (await exists(path));
      if (!found || !present) return notFound(reply);
      const disposition = request.query.download === undefined ? 'inline' : 'attachment';
      reply.header('content-disposition', `${disposition}; filename="${fileName(found.prompt, sha256, extension)}"`);
      if (immutable(request, reply, found.artifact.mimeType, sha256, maxAge)) return reply;
      return reply.sendFile(relative(store.root, path).split(sep).join('/'), dirname(dirname(path)), {
        // Ours are the better ones: the content's hash, not the file's date.
        etag: false,
        lastModified: false,
        cacheControl: false,
        contentType: false,
        acceptRanges: true,
      });
    },
  );

  app.get<{ Params: { generationId: string; sequence: string; extension: string } }>(
    '/previews/:generationId(^[0-9a-f-]{36}$)/:sequence(^\\d{1,9}).:extension(^[a-z0-9]+$)',
    async (request, reply) => {
      const { generationId, sequence, extension } = request.params;
      const maxAge = admitToFile(request, access);
      const preview = await index.preview(generationId, Number(sequence));
      if (!preview || extension !== extensionOf(preview.mimeType)) return notFound(reply);
      if (immutable(request, reply, preview.mimeType, `${generationId}-${sequence}`, maxAge)) return reply;
      return reply.send(Buffer.from(preview.data));
    },
  );
}

/** Sets the headers of something that never changes and answers the conditions on it. True if that was the whole answer. */
function immutable(
  request: FastifyRequest,
  reply: FastifyReply,
  mimeType: string,
  tag: string,
  maxAge: number,
): boolean {
  const etag = `"${tag}"`;
  const headers = request.raw.headers;
  reply.header('etag', etag).header('cache-control', `public, max-age=${maxAge}, immutable`);
  reply.header('x-content-type-options', 'nosniff').header('content-security-policy', "default-src 'none'");
  if (matches(headers['if-none-match'], etag)) {
    reply.code(304).send();
    return true;
  }
  reply.type(mimeType);
  // A range of an older version would be a range of this one's bytes glued to that one's.
  if (headers['if-range'] !== undefined && headers['if-range'] !== etag) delete headers.range;
  // Answered here: the file sender would compare them with its own tags.
  for (const header of ['if-range', 'if-none-match', 'if-match', 'if-modified-since', 'if-unmodified-since']) {
    delete headers[header];
  }
  return false;
}

function matches(header: string | undefined, etag: string): boolean {
  const tags = header?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return tags.includes(etag) || tags.includes('*');
}

/** "A red car at sunset" → a-red-car-at-sunset-3f2a9c1d.mp4: ASCII, so that no header needs encoding. */
function fileName(prompt: string, sha256: string, extension: string): string {
  const words = prompt
    .normalize('NFKD')
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  const slug = (words ?? ['video']).join('-').slice(0, 60).replace(/-+$/, '');
  return `${slug}-${sha256.slice(0, 8)}.${extension}`;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    (file) => file.isFile(),
    () => false,
  );
}

function notFound(reply: FastifyReply): FastifyReply {
  return reply.code(404).header('cache-control', 'no-store').send({ message: 'There is no such file.' });
}
