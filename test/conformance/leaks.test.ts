import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiServer } from '../support/api-server.js';
import { create, graphql, localId, watch } from '../support/graphql-client.js';
import { newKey, type TestKey } from '../support/keys.js';
import { RawSocket } from '../support/raw-socket.js';

/**
 * What no answer may contain, whatever is sent: stacks, paths of this machine, SQL and table names, names of the libraries
 * underneath, and the secret that a test has planted in what fails.
 */
const leaks = [
  /node_modules|\bat .+:\d+:\d+|\.(ts|js):\d+/,
  /\/(home|root|tmp|var|usr|work)\//,
  /\b(SELECT|INSERT|UPDATE|DELETE)\b.+\b(FROM|INTO|SET|WHERE)\b|SQLITE_|sqlite_master|_prisma_/,
  /prisma|libsql|fastify|FST_ERR|graphql-ws|ENOENT|EACCES|TypeError|undefined is not|Cannot read prop/i,
  /planted/,
];

let server: ApiServer;
let key: TestKey;
const answers: string[] = [];
beforeAll(async () => {
  server = await ApiServer.start({ auth: {} });
  key = await newKey(server, 'ADMIN');
});
afterAll(() => server.close());

function expectClean(answer: string, sent: unknown): void {
  answers.push(answer);
  for (const leak of leaks) {
    expect(leak.test(answer), `${JSON.stringify(sent)} was answered with ${answer.slice(0, 2000)}`).toBe(false);
  }
}

/** Sends a request and returns its status, having looked at everything that came back. */
async function probe(method: string, path: string, body?: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { ...key.headers, ...headers },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  const shown = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
  expectClean(`${shown}\n\n${text}`, [method, path, String(body).slice(0, 200)]);
  expect(response.headers.get('x-powered-by')).toBeNull();
  if (response.status >= 400) expect(() => JSON.parse(text)).not.toThrow();
  return response.status;
}

const json = { 'content-type': 'application/json' };

describe('what is sent wrong', () => {
  it('is answered without a word on how the server is built', async () => {
    const bodies = [
      '',
      '{',
      'null',
      '[]',
      '3',
      '"x"',
      '{"query":null}',
      '{"query":{}}',
      '{"query":"{"}',
      '\0',
      '{"__proto__":1}',
    ];
    const types = [
      'application/json',
      'text/plain',
      'application/graphql',
      'multipart/form-data',
      'multipart/form-data; boundary=x',
      'x',
      '',
    ];
    for (const path of ['/graphql', '/uploads', '/v1/videos', '/healthz', '/nothing']) {
      for (const body of bodies) {
        for (const type of types) {
          const status = await probe('POST', path, body, type ? { 'content-type': type } : {});
          expect([path, body, type, status < 500]).toEqual([path, body, type, true]);
        }
      }
    }
  });

  it('in paths neither', async () => {
    const paths = [
      '/artifacts/x',
      '/artifacts/../../etc/passwd',
      '/artifacts/%2e%2e%2f%2e%2e%2fetc%2fpasswd',
      '/artifacts/%00',
      `/artifacts/${'a'.repeat(64)}.mp4`,
      `/artifacts/${'a'.repeat(64)}.mp4?expires=1&signature=x`,
      `/artifacts/${'a'.repeat(64)}.mp4?expires[]=1&signature[]=x`,
      '/previews/x/1.webp',
      '/%ff',
      '/%',
      '/graphql?query=%7B',
      '/uploads/x.png',
      `/uploads/${'0'.repeat(36)}.png`,
      '/v1/videos/x',
      '/v1/videos/x/content',
      '/v1/videos?limit=x',
      '/v1/videos?after=%00',
      `/${'x'.repeat(5000)}`,
      '//',
      '/graphql/../secrets/links',
      '/secrets/links',
      '/reelql.db',
    ]; // prettier-ignore
    for (const path of paths) {
      for (const method of ['GET', 'POST', 'DELETE', 'PUT', 'PATCH']) {
        const status = await probe(method, path);
        expect([method, path, status < 500]).toEqual([method, path, true]);
      }
    }
  });

  it('in GraphQL neither: ids, cursors, variables, and text that is SQL', async () => {
    const nasty = [
      "' OR 1=1 --",
      'generation_',
      'generation_x',
      '\u0000',
      '💥'.repeat(100),
      '../../etc/passwd',
      '__proto__',
    ];
    for (const text of nasty) {
      for (const query of [
        'query ($x: ID!) { node(id: $x) { id } }',
        'query ($x: String!) { generations(after: $x) { edges { cursor } } }',
        'query ($x: String!) { generations(filter: { promptContains: $x }) { totalCount edges { cursor } } }',
        'mutation ($x: ID!) { cancelGeneration(input: { id: $x }) { __typename ... on UserError { message } } }',
        'mutation ($x: ID!) { createGeneration(input: { prompt: "x", modelId: $x }) { __typename ... on UserError { message } } }',
        'mutation ($x: UUID!) { createGeneration(input: { prompt: "x", idempotencyKey: $x }) { __typename } }',
        'query ($x: Int!) { generations(first: $x) { edges { cursor } } }',
      ]) {
        const { errors, data } = await graphql(server.url, query, { x: text }, key.headers);
        const answer = JSON.stringify({ errors, data }).replaceAll(JSON.stringify(text).slice(1, -1), '');
        expectClean(answer, [query, text]);
        expect(answer).not.toContain('INTERNAL_SERVER_ERROR');
      }
    }
  });
});

describe('what breaks inside', () => {
  /** Replaces a method for as long as `work` takes. */
  async function broken<T extends object>(of: T, method: keyof T, work: () => Promise<void>): Promise<void> {
    const original = of[method];
    of[method] = (async () => {
      throw Object.assign(new Error('planted: SELECT secret FROM /var/lib/x.db'), { code: 'SQLITE_CORRUPT' });
    }) as T[keyof T];
    await work().finally(() => {
      of[method] = original;
    });
  }

  it('is hidden from HTTP, the socket and the routes of files, and logged under an id', async () => {
    const { generation } = await create(server.url, { prompt: 'x' }, key.headers);
    const id = localId(generation.id);
    await server.scheduler.start(id);
    await server.scheduler.step(id, 1);
    await server.scheduler.succeed(id, [await server.storeVideo(Buffer.from('x'))]);
    const links = `{ node(id: "${generation.id}") { ... on Generation { artifacts { url } progress { preview { url } } } } }`;
    const { node } = (await graphql(server.url, links, {}, key.headers)).data;
    const pathOf = (url: string) => url.slice(server.url.length);

    await broken(server.store, 'getMany', async () => {
      const query = JSON.stringify({ query: `{ node(id: "${generation.id}") { id } }` });
      expect(await probe('POST', '/graphql', query, json)).toBe(200);
      expect(answers.at(-1)).toContain('INTERNAL_SERVER_ERROR');
    });
    await broken(server.store, 'get', async () => {
      const socket = await RawSocket.connected(server.url, { token: key.secret });
      socket.subscribe('1', watch, { id: generation.id });
      const message = JSON.stringify(await socket.next());
      expectClean(message, 'subscribe');
      expect(message).toContain('INTERNAL_SERVER_ERROR');
      await socket.close();
    });
    await broken(server.store, 'artifact', async () => {
      expect(await probe('GET', pathOf(node.artifacts[0].url))).toBe(500);
    });
    await broken(server.events.log, 'preview', async () => {
      expect(await probe('GET', pathOf(node.progress.preview.url))).toBe(500);
    });
    await broken(server.store, 'count', async () => {
      expect(await probe('GET', '/readyz')).toBe(503);
    });
    const [, correlationId] =
      /"correlationId":"([^"]+)"/.exec(answers.findLast((one) => one.includes('correlationId')) ?? '') ?? [];
    const logged = server.logged.filter((line) => line.correlationId === correlationId);
    expect(logged).toMatchObject([{ err: { message: expect.stringContaining('planted') } }]);
  });
});

it('looked at something', () => {
  expect(answers.length).toBeGreaterThan(400);
});
