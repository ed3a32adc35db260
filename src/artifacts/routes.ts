import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import type { Artifact, Preview } from '../generations/generation.js';
import { admitToFile, type FileAccess } from './admission.js';
import type { FileArtifactStore } from './artifact-store.js';
import { contentDisposition } from './content-disposition.js';
import { immutable, notFound, sendStoredFile } from './send-file.js';
import { extensionOf } from './urls.js';

/** What the routes have to know of artifacts and previews. */
export interface ArtifactIndex {
  artifact(sha256: string): Promise<{ readonly artifact: Artifact; readonly prompt: string } | null>;
  preview(generationId: string, sequence: number): Promise<Preview | null>;
}

/**
 * GET and HEAD of /artifacts/<sha256>.<extension> and /previews/<generation>/<sequence>.<extension>. What lies under such a
 * URL never changes: strong ETags, cached for as long as the link holds. Artifacts answer ranges; `?download` makes the
 * browser save them. Other routes may send stored files once this is registered.
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
      if (!found || extension !== extensionOf(found.artifact.mimeType)) return notFound(reply);
      const { prompt, artifact } = found;
      const type = request.query.download === undefined ? 'inline' : 'attachment';
      reply.header('content-disposition', contentDisposition(type, { prompt, sha256, extension }));
      return sendStoredFile(request, reply, { store, sha256, mimeType: artifact.mimeType, caching: { maxAge } });
    },
  );

  app.get<{ Params: { generationId: string; sequence: string; extension: string } }>(
    '/previews/:generationId(^[0-9a-f-]{36}$)/:sequence(^\\d{1,9}).:extension(^[a-z0-9]+$)',
    async (request, reply) => {
      const { generationId, sequence, extension } = request.params;
      const maxAge = admitToFile(request, access);
      const preview = await index.preview(generationId, Number(sequence));
      if (!preview || extension !== extensionOf(preview.mimeType)) return notFound(reply);
      const { mimeType, data } = preview;
      if (immutable(request, reply, { tag: `${generationId}-${sequence}`, mimeType, caching: { maxAge } }))
        return reply;
      return reply.send(Buffer.from(data));
    },
  );
}
