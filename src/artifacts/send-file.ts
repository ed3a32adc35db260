import { dirname, relative, sep } from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FileArtifactStore } from './artifact-store.js';

/** How long whom may keep an answer that never changes. */
export type Caching = { readonly maxAge: number } | 'private';

interface Sent {
  readonly store: FileArtifactStore;
  readonly sha256: string;
  readonly mimeType: string;
  readonly caching: Caching;
}

/**
 * Sends a stored file, or the range of it that is asked for, or 304 to who has it. The server has registered @fastify/static.
 * Where there is no such file any more: 404.
 */
export async function sendStoredFile(
  request: FastifyRequest,
  reply: FastifyReply,
  { store, sha256, mimeType, caching }: Sent,
): Promise<FastifyReply> {
  if (!(await store.has(sha256))) return notFound(reply.removeHeader('content-disposition'));
  if (immutable(request, reply, { tag: sha256, mimeType, caching })) return reply;
  const path = store.path(sha256);
  return reply.sendFile(relative(store.root, path).split(sep).join('/'), dirname(dirname(path)), {
    // Ours are the better ones: the content's hash, not the file's date.
    etag: false,
    lastModified: false,
    cacheControl: false,
    contentType: false,
    acceptRanges: true,
  });
}

/** Sets the headers of something that never changes and answers the conditions on it. True if that was the whole answer. */
export function immutable(
  request: FastifyRequest,
  reply: FastifyReply,
  { tag, mimeType, caching }: { readonly tag: string; readonly mimeType: string; readonly caching: Caching },
): boolean {
  const etag = `"${tag}"`;
  const headers = request.raw.headers;
  reply.header('etag', etag);
  // Who got in by a key must not leave it to a cache whom it gives the file; but may ask whether it is still the same.
  reply.header(
    'cache-control',
    caching === 'private' ? 'private, no-cache' : `public, max-age=${caching.maxAge}, immutable`,
  );
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

export function notFound(reply: FastifyReply): FastifyReply {
  return reply.code(404).header('cache-control', 'no-store').send({ message: 'There is no such file.' });
}

function matches(header: string | undefined, etag: string): boolean {
  const tags = header?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return tags.includes(etag) || tags.includes('*');
}
