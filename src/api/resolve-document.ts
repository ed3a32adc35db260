import type { FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import type { TrustedDocuments } from './policy/trusted-documents.js';

interface RefusedDocument {
  readonly error: GraphQLError;
  readonly status: number;
}

/**
 * Puts the document's text in the place of its hash before Apollo sees the request, which then has only the text to go by.
 * Returns why not, where the document is not to be executed.
 */
export function resolveDocument(request: FastifyRequest, documents: TrustedDocuments): RefusedDocument | null {
  try {
    if (request.method === 'GET') request.raw.url = resolvedUrl(request.url, documents);
    else if (isObject(request.body)) request.body = resolvedBody(request.body, documents);
    return null;
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return { error, status: statuses[String(error.extensions.code)] ?? 400 };
  }
}

/** An unknown hash is how Apollo's clients begin, so it is no error of theirs. */
const statuses: Readonly<Record<string, number>> = {
  PERSISTED_QUERY_NOT_FOUND: 200,
  PERSISTED_QUERY_NOT_SUPPORTED: 200,
  UNTRUSTED_DOCUMENT: 403,
};

function resolvedBody(body: Record<string, unknown>, documents: TrustedDocuments): unknown {
  const { documentId, extensions, ...rest } = body;
  const query = documents.resolve({ query: body.query, documentId, extensions });
  return {
    ...rest,
    ...(query === undefined ? {} : { query }),
    ...(extensions === undefined ? {} : { extensions: withoutHash(extensions) }),
  };
}

function resolvedUrl(url: string, documents: TrustedDocuments): string {
  const search = new URLSearchParams(url.split('?')[1]);
  const extensions = parsed(search.get('extensions'));
  const query = documents.resolve({
    query: search.get('query') ?? undefined,
    documentId: search.get('documentId') ?? undefined,
    extensions,
  });
  search.delete('documentId');
  if (typeof query === 'string') search.set('query', query);
  if (isObject(extensions)) search.set('extensions', JSON.stringify(withoutHash(extensions)));
  return `/graphql?${search}`;
}

function withoutHash(extensions: unknown): unknown {
  if (!isObject(extensions)) return extensions;
  const { persistedQuery: _, ...others } = extensions;
  return others;
}

function parsed(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    // For Apollo to complain of.
    return text;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
