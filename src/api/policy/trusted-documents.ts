import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { GraphQLError } from 'graphql';
import { z } from 'zod';

/**
 * off: documents come with the operation. prefer: the sha256 of a trusted one will do instead. only: nothing else is executed,
 * so that a server on the internet answers just the questions that its own clients ask.
 */
export const trustModes = ['off', 'prefer', 'only'] as const;
export type TrustMode = (typeof trustModes)[number];

/** How an operation names its document: in full, by Apollo's `persistedQuery` extension, or by `documentId`. */
export interface NamedDocument {
  readonly query?: unknown;
  readonly documentId?: unknown;
  readonly extensions?: unknown;
}

/** The form that graphql-codegen's client preset writes: sha256 in hexadecimal → document. */
const manifestSchema = z.record(z.string().regex(/^[0-9a-f]{64}$/), z.string());

export class TrustedDocuments {
  private constructor(
    private readonly mode: TrustMode,
    private readonly documents: ReadonlyMap<string, string>,
  ) {}

  static readonly off = new TrustedDocuments('off', new Map());

  /** @throws Error where a manifest cannot be read, is none, or has a hash that is not its document's. */
  static async load(mode: TrustMode, manifests: readonly string[]): Promise<TrustedDocuments> {
    if (mode === 'off') return TrustedDocuments.off;
    const documents = new Map<string, string>();
    for (const path of manifests) {
      for (const [hash, document] of Object.entries(await readManifest(path))) {
        if (sha256(document) !== hash) throw new Error(`${path}: ${hash} is not the sha256 of its document.`);
        documents.set(hash, document);
      }
    }
    return new TrustedDocuments(mode, documents);
  }

  /**
   * The text of the document to execute; undefined where the operation has none, which is for GraphQL to say.
   * @throws GraphQLError with the codes that Apollo's clients know, or UNTRUSTED_DOCUMENT
   */
  resolve(named: NamedDocument): unknown {
    const hash = hashIn(named);
    const query = named.query === '' ? undefined : named.query;
    if (typeof query === 'string' && hash && sha256(query) !== hash) {
      throw refused('BAD_REQUEST', 'The hash is not the sha256 of the document that came with it.');
    }
    // Clients of Apollo and urql look for these very words before they send the whole document.
    if (hash && query === undefined) {
      if (this.mode === 'off') throw refused('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported');
      const document = this.documents.get(hash);
      if (document === undefined) throw refused('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');
      return document;
    }
    if (this.mode === 'only' && typeof query === 'string' && !this.documents.has(sha256(query))) {
      throw refused('UNTRUSTED_DOCUMENT', 'This server executes trusted documents only, and this is none of them.');
    }
    return query;
  }
}

function hashIn({ documentId, extensions }: NamedDocument): string | undefined {
  if (typeof documentId === 'string') return documentId.replace(/^sha256:/, '').toLowerCase();
  const persisted = (extensions as { persistedQuery?: { sha256Hash?: unknown } } | null | undefined)?.persistedQuery;
  return typeof persisted?.sha256Hash === 'string' ? persisted.sha256Hash.toLowerCase() : undefined;
}

async function readManifest(path: string): Promise<Record<string, string>> {
  try {
    return manifestSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new Error(`${path} is no manifest of trusted documents (sha256 → document): ${reason}`);
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function refused(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}
