import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSchema, parse, specifiedRules, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as sdk from '../../clients/sdk/src/generated/operations.js';
import { loadTrustedDocuments } from '../../src/api/policy/load-trusted-documents.js';
import { shapeRules } from '../../src/api/policy/shape.js';
import { type NamedDocument, TrustedDocuments, type TrustMode } from '../../src/api/policy/trusted-documents.js';

const trusted = '{ models { id } }';
const stranger = '{ models { name } }';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const persisted = (hash: unknown) => ({ extensions: { persistedQuery: { version: 1, sha256Hash: hash } } });

let folder: string;
let manifest: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reelql-trusted-'));
  manifest = join(folder, 'documents.json');
  await writeFile(manifest, JSON.stringify({ [sha256(trusted)]: trusted }));
});
afterAll(() => rm(folder, { recursive: true }));

async function resolve(mode: TrustMode, named: NamedDocument): Promise<unknown> {
  const documents = await TrustedDocuments.load(mode, [manifest]);
  try {
    return documents.resolve(named);
  } catch (error) {
    return (error as { extensions: { code: string } }).extensions.code;
  }
}

describe('trusted documents', () => {
  it('take the place of the document by their hash, in each of the ways to say it', async () => {
    const hash = sha256(trusted);
    const ways = [
      persisted(hash),
      { documentId: hash },
      { documentId: `sha256:${hash}` },
      persisted(hash.toUpperCase()),
    ];
    for (const mode of ['prefer', 'only'] as const) {
      for (const way of ways) expect(await resolve(mode, way)).toBe(trusted);
      expect(await resolve(mode, { query: '', ...persisted(hash) })).toBe(trusted);
      expect(await resolve(mode, persisted(sha256(stranger)))).toBe('PERSISTED_QUERY_NOT_FOUND');
    }
    expect(await resolve('off', persisted(hash))).toBe('PERSISTED_QUERY_NOT_SUPPORTED');
  });

  it('are all that is executed in the mode only', async () => {
    for (const mode of ['off', 'prefer'] as const) expect(await resolve(mode, { query: stranger })).toBe(stranger);
    expect(await resolve('only', { query: stranger })).toBe('UNTRUSTED_DOCUMENT');
    expect(await resolve('only', { query: trusted })).toBe(trusted);
    // One character more is another document.
    expect(await resolve('only', { query: `${trusted} ` })).toBe('UNTRUSTED_DOCUMENT');
  });

  it('are not learnt from callers', async () => {
    const both = { query: stranger, ...persisted(sha256(stranger)) };
    const documents = await TrustedDocuments.load('prefer', [manifest]);
    expect(documents.resolve(both)).toBe(stranger);
    expect(() => documents.resolve(persisted(sha256(stranger)))).toThrow('PersistedQueryNotFound');
    expect(await resolve('only', both)).toBe('UNTRUSTED_DOCUMENT');
  });

  it('are not mixed up: a hash is of the document that came with it', async () => {
    for (const mode of ['off', 'prefer', 'only'] as const) {
      expect(await resolve(mode, { query: stranger, ...persisted(sha256(trusted)) })).toBe('BAD_REQUEST');
    }
  });

  it('are those of the SDKs, and fit the schema', async () => {
    const schema = buildSchema(await readFile('schema/schema.graphql', 'utf8'));
    const documents = await loadTrustedDocuments({ trustedDocuments: 'only', trustedDocumentsFile: manifest });
    const python = await readFile('clients/python/reelql/generated/client.py', 'utf8');
    const inPython = [...python.matchAll(/gql\("{3}([^]*?)"{3}\)/g)].map(([, document = '']) => document);
    expect(inPython.length).toBe(python.split('gql("').length - 1);
    const typescript = Object.values(sdk).map((operation) => operation.query);
    const own = [...typescript, ...inPython];
    expect(own.length).toBeGreaterThan(20);
    for (const query of own) {
      expect(documents.resolve({ query })).toBe(query);
      expect(validate(schema, parse(query), [...specifiedRules, ...shapeRules])).toEqual([]);
    }
    expect(documents.resolve({ query: trusted })).toBe(trusted);
  });

  it('leave what is no document to GraphQL', async () => {
    for (const query of [undefined, 3, null]) expect(await resolve('only', { query })).toBe(query);
    expect(await resolve('only', persisted(3))).toBeUndefined();
    expect(await resolve('only', { extensions: 'x' })).toBeUndefined();
  });

  it.each([
    ['is missing', null],
    ['is no JSON', '{'],
    ['is a list', '[]'],
    ['has hashes that are none', '{"x":"{ a }"}'],
    ['has a hash of something else', JSON.stringify({ [sha256('x')]: trusted })],
  ])('are refused with the name of the file where the manifest %s', async (_name, content) => {
    const path = join(folder, 'broken.json');
    await rm(path, { force: true });
    if (content !== null) await writeFile(path, content);
    await expect(TrustedDocuments.load('only', [path])).rejects.toThrow(path);
  });
});
