import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, fetchExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import Fastify from 'fastify';
import { parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as operations from '../../clients/sdk/src/generated/operations.js';
import { cacheOptions } from '../../clients/studio/src/transport/cache.js';
import { ownDocuments } from '../../src/api/policy/load-trusted-documents.js';
import { TrustedDocuments } from '../../src/api/policy/trusted-documents.js';
import { registerStudio } from '../../src/api/studio.js';
import { ApiServer } from '../support/api-server.js';

/** `npm test` builds it first. */
const built = 'dist/studio';

let server: ApiServer;
beforeAll(async () => {
  server = await ApiServer.start();
});
afterAll(() => server.close());

const visit = (path: string, headers: Record<string, string> = {}) =>
  fetch(server.url + path, { headers: { accept: 'text/html', ...headers }, redirect: 'manual' });

describe('the page', () => {
  it('answers each of its addresses, and lets nothing in from elsewhere', async () => {
    const pages = await Promise.all(
      ['/', '/g/R2VuZXJhdGlvbjox', '/compare?ids=a,b', '/machine'].map((path) => visit(path)),
    );
    const texts = await Promise.all(pages.map((page) => page.text()));
    expect(new Set(texts).size).toBe(1);
    expect(texts[0]).toContain('<div id="root">');
    for (const page of pages) {
      expect(page.status).toBe(200);
      expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(page.headers.get('cache-control')).toBe('no-cache');
      expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'; script-src 'self';/);
    }
    // The policy would refuse a program or a picture that stands in the page itself.
    expect(texts[0]).not.toMatch(/<script(?![^>]* src="\/assets\/)/);
  });

  it('has parts that are kept for ever, compressed where the browser can take it', async () => {
    const [name = ''] = (await readdir(join(built, 'assets'))).filter((file) => file.endsWith('.js'));
    const plain = await visit(`/assets/${name}`, { 'accept-encoding': 'identity' });
    expect(plain.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(plain.headers.get('content-type')).toMatch(/javascript; charset=utf-8$/);
    const length = Number(plain.headers.get('content-length'));
    for (const encoding of ['br', 'gzip']) {
      const packed = await visit(`/assets/${name}`, { 'accept-encoding': encoding });
      expect(packed.headers.get('content-encoding')).toBe(encoding);
      expect(packed.headers.get('content-type')).toBe(plain.headers.get('content-type'));
      expect(packed.headers.get('vary')).toMatch(/accept-encoding/i);
      expect(Number(packed.headers.get('content-length'))).toBeLessThan(length / 2);
      expect(await packed.text()).toBe(await (await visit(`/assets/${name}`)).text());
    }
    expect((await visit('/assets/nothing-00000000.js')).status).toBe(404);
  });

  it('is where a browser is sent that visits the endpoint; programs still reach it', async () => {
    const page = await visit('/graphql');
    expect([page.status, page.headers.get('location')]).toEqual([302, '/']);
    const query = `/graphql?query=${encodeURIComponent('{ queue { depth } }')}`;
    const answer = await fetch(server.url + query, { headers: { 'apollo-require-preflight': 'yes' } });
    expect(await answer.json()).toEqual({ data: { queue: { depth: 0 } } });
  });

  it('says what to do where it is not built', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'reelql-unbuilt-'));
    const app = Fastify();
    try {
      await registerStudio(app, folder);
      const answer = await app.inject('/');
      expect([answer.statusCode, answer.body]).toEqual([404, expect.stringContaining('npm run build')]);
    } finally {
      await app.close();
      await rm(folder, { recursive: true });
    }
  });
});

describe('what the page loads first', () => {
  it('is less than 250 kB, gzipped or by brotli', async () => {
    const html = await (await visit('/')).text();
    const parts = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path = '']) => path);
    expect(parts.length).toBeGreaterThan(1);
    for (const encoding of ['br', 'gzip']) {
      const sizes = parts.map(async (path) => {
        const answer = await fetch(server.url + path, { method: 'HEAD', headers: { 'accept-encoding': encoding } });
        return Number(answer.headers.get('content-length'));
      });
      const sum = (await Promise.all(sizes)).reduce((all, size) => all + size, Buffer.byteLength(html));
      expect(sum).toBeGreaterThan(50_000);
      expect(sum).toBeLessThan(250_000);
    }
  });
});

describe('the page of a server that executes trusted documents only', () => {
  it('asks nothing else, although its cache writes __typename into every selection', async () => {
    const documents = await TrustedDocuments.load('only', [ownDocuments]);
    for (const { query } of Object.values(operations)) {
      const [definition] = parse(query).definitions;
      const kind = definition?.kind === 'OperationDefinition' ? definition.operation : undefined;
      if (kind !== 'query' && kind !== 'mutation') continue;
      const sent = await sentByUrql(kind, query);
      expect(documents.resolve({ query: sent })).toBe(sent);
    }
  });
});

/** The document as it leaves the browser. */
async function sentByUrql(kind: 'query' | 'mutation', query: string): Promise<string> {
  let sent = '';
  const client = new Client({
    url: 'http://127.0.0.1/graphql',
    preferGetMethod: false,
    exchanges: [cacheExchange(cacheOptions), fetchExchange],
    fetch: async (_url, init) => {
      sent = JSON.parse(String(init?.body)).query;
      return new Response('{"errors":[{"message":"enough"}]}', { headers: { 'content-type': 'application/json' } });
    },
  });
  await client[kind](query, {}).toPromise();
  return sent;
}
