import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operationLimits } from '../../src/api/policy/limits.js';
import { TrustedDocuments } from '../../src/api/policy/trusted-documents.js';
import { ApiServer } from '../support/api-server.js';
import { create, type Json, watch } from '../support/graphql-client.js';
import { newKey } from '../support/keys.js';
import { RawSocket } from '../support/raw-socket.js';

let server: ApiServer;
beforeAll(async () => {
  server = await ApiServer.start();
});
afterAll(() => server.close());

/** The first error of what both transports answer, which must be the same one; null where both answer without. */
async function onBoth(at: ApiServer, payload: object, headers: Record<string, string> = {}): Promise<Json> {
  const response = await fetch(`${at.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(payload),
  });
  const overHttp = ((await response.json()) as Json).errors?.[0] ?? null;
  const socket = await RawSocket.connected(at.url, headers);
  socket.send({ id: '1', type: 'subscribe', payload: { query: '', ...payload } });
  const message = await socket.next();
  await socket.close();
  const overSocket = (message.type === 'error' ? message.payload : message.payload.errors)?.[0] ?? null;
  const essence = (error: Json) => error && { message: error.message, code: error.extensions.code };
  expect(essence(overSocket)).toEqual(essence(overHttp));
  return essence(overHttp);
}

const page = 'generations(first: $n) { edges { node { id prompt settings { width height } } } }';

describe('both transports', () => {
  it('refuse an operation whose answer would be too large, by its variables too', async () => {
    const fields =
      'node { id prompt status artifacts { kind url bytes } adjustments { field from } settings { width height fps steps seed } }';
    const query = `query ($n: Int) { ${['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'o'].map((alias) => `${alias}: generations(first: $n) { edges { ${fields} } }`).join(' ')} }`;
    expect(await onBoth(server, { query, variables: { n: 10 } })).toBeNull();
    const refusal = {
      code: 'OPERATION_TOO_COMPLEX',
      message: expect.stringMatching(/about [\d,]+ fields; 50,000 are/),
    };
    expect(await onBoth(server, { query, variables: { n: 100 } })).toEqual(refusal);
  });

  it('say the same of what is no operation', async () => {
    for (const payload of [
      { query: `{ ${Array.from({ length: 31 }, (_, index) => `a${index}: __typename`).join(' ')} }` },
      { query: '{ models {' },
      { query: '{ nothing }' },
      { query: 'query A { models { id } } query B { models { id } }', operationName: 'A' },
      { query: `query ($n: Int) { ${page} }`, variables: { n: 'x' } },
      { query: '{ node { id } }' },
      { query: 'subscription { queueChanged @skip { depth } }' },
      { query: 'subscription { queueChanged @include(if: $unknown) { depth } }' },
    ]) {
      expect(await onBoth(server, payload)).not.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
    }
  });

  it('execute trusted documents by their hash, and in the mode only nothing else', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'reelql-limits-'));
    const manifest = join(folder, 'manifest.json');
    const query = '{ models { name } }';
    const hash = createHash('sha256').update(query).digest('hex');
    await writeFile(manifest, JSON.stringify({ [hash]: query }));
    const strict = await ApiServer.start({ documents: await TrustedDocuments.load('only', [manifest]) });
    const named = { extensions: { persistedQuery: { version: 1, sha256Hash: hash } } };
    expect(await onBoth(strict, { query })).toBeNull();
    expect(await onBoth(strict, named)).toBeNull();
    expect(await onBoth(strict, { documentId: `sha256:${hash}` })).toBeNull();
    expect(await onBoth(strict, { query: '{ models { id } }' })).toMatchObject({ code: 'UNTRUSTED_DOCUMENT' });
    expect(await onBoth(strict, { query: '{ __schema { types { name } } }' })).toMatchObject({
      code: 'UNTRUSTED_DOCUMENT',
    });
    const unknown = { extensions: { persistedQuery: { version: 1, sha256Hash: hash.replace(/^./, '0') } } };
    expect(await onBoth(strict, unknown)).toEqual({
      code: 'PERSISTED_QUERY_NOT_FOUND',
      message: 'PersistedQueryNotFound',
    });
    expect(await onBoth(server, named)).toMatchObject({ code: 'PERSISTED_QUERY_NOT_SUPPORTED' });

    const get = (parameters: Record<string, string>) =>
      fetch(`${strict.url}/graphql?${new URLSearchParams(parameters)}`, {
        headers: { 'apollo-require-preflight': '1' },
      });
    const found = await get({ extensions: JSON.stringify(named.extensions) });
    expect(await found.json()).toEqual({ data: { models: [{ name: 'toy' }] } });
    expect((await get({ query: '{ models { id } }' })).status).toBe(403);
    expect((await get({ extensions: '{' })).status).toBe(400);
    await strict.close();
    await rm(folder, { recursive: true });
  });
});

describe('a socket', () => {
  it('carries so many operations at once and no more', async () => {
    const { generation } = await create(server.url, { prompt: 'x' });
    const socket = await RawSocket.connected(server.url);
    for (let n = 0; n <= operationLimits.subscriptions; n += 1) {
      socket.subscribe(String(n), watch, { id: generation.id, after: 1 });
    }
    expect(await socket.next()).toMatchObject({
      id: String(operationLimits.subscriptions),
      type: 'error',
      payload: [{ message: /at most 100 operations/ }],
    });
    await socket.close();
  });

  it('has room again however its operations ended', async () => {
    const { generation } = await create(server.url, { prompt: 'x' });
    const socket = await RawSocket.connected(server.url);
    const endings: ((id: string) => void)[] = [
      (id) => socket.subscribe(id, '{ models { id } }'),
      (id) => socket.subscribe(id, '{ nothing }'),
      (id) => socket.subscribe(id, watch, { id: 'generation_none' }),
      (id) => socket.subscribe(id, watch, { id: generation.id }),
    ];
    for (let n = 0; n < 4 * operationLimits.subscriptions; n += 1) {
      endings[n % endings.length]?.(String(n));
      socket.send({ id: String(n), type: 'complete' });
    }
    // For as many as ever, once the server is done with all of those.
    const refused = async (attempt: number) => {
      const ids = Array.from({ length: operationLimits.subscriptions }, (_, n) => `attempt ${attempt}, ${n}`);
      for (const id of ids) socket.subscribe(id, watch, { id: generation.id });
      const answers = new Map<string, string>(ids.map((id) => [id, '']));
      while ([...answers.values()].includes('')) {
        const { id, type } = await socket.next();
        if (answers.get(id) === '') answers.set(id, type);
      }
      for (const id of ids) socket.send({ id, type: 'complete' });
      return [...answers.values()].filter((type) => type !== 'next').length;
    };
    for (let attempt = 1; (await refused(attempt)) > 0; attempt += 1);
    await socket.close();
  });

  it('is one of so many for its key and for its address', async () => {
    const few = await ApiServer.start({ auth: {}, network: { connectionsPerKey: 2, connectionsPerAddress: 4 } });
    const [key, other] = [await newKey(few, 'VIEWER'), await newKey(few, 'VIEWER')];
    const payload = { token: key.secret };
    const sockets = [await RawSocket.connected(few.url, payload), await RawSocket.connected(few.url, payload)];
    const third = await RawSocket.open(few.url);
    third.send({ type: 'connection_init', payload });
    expect(await third.closed).toEqual({ code: 1013, reason: 'This API key has too many sockets open.' });
    sockets.push(await RawSocket.connected(few.url, { token: other.secret }));
    // One that leaves makes room.
    await sockets.shift()?.close();
    await expect
      .poll(() =>
        RawSocket.connected(few.url, payload)
          .then((socket) => sockets.push(socket))
          .catch(() => 0),
      )
      .toBeGreaterThan(0);
    sockets.push(await RawSocket.open(few.url));
    await expect(RawSocket.open(few.url)).rejects.toThrow('429');
    for (const socket of sockets) await socket.close();
    await few.close();
  });

  it('counts for the address that a trusted proxy tells of, and nobody else may tell of one', async () => {
    const from = (forwarded: string) => ({ headers: { 'x-forwarded-for': forwarded } });
    const behind = await ApiServer.start({ network: { connectionsPerAddress: 1, trustProxy: ['loopback'] } });
    const [ana, ben] = [
      await RawSocket.open(behind.url, from('192.0.2.1')),
      await RawSocket.open(behind.url, from('192.0.2.2')),
    ];
    await expect(RawSocket.open(behind.url, from('192.0.2.1'))).rejects.toThrow('429');
    // What she writes there herself stands before what the proxy appends.
    await expect(RawSocket.open(behind.url, from('198.51.100.7, 192.0.2.1'))).rejects.toThrow('429');
    await ana.close();
    await ben.close();
    // Whoever has one IPv6 address has 2^64 of them.
    const cho = await RawSocket.open(behind.url, from('2001:db8::1'));
    await expect(RawSocket.open(behind.url, from('2001:db8::2:1'))).rejects.toThrow('429');
    const dan = await RawSocket.open(behind.url, from('2001:db8:0:1::1'));
    await cho.close();
    await dan.close();
    await behind.close();

    const open = await ApiServer.start({ network: { connectionsPerAddress: 1 } });
    const first = await RawSocket.open(open.url, from('192.0.2.1'));
    await expect(RawSocket.open(open.url, from('192.0.2.2'))).rejects.toThrow('429');
    await first.close();
    await open.close();
  });

  it('is ended where its client does not read', async () => {
    // There is room for one: another gets in when the first is gone.
    const small = await ApiServer.start({ network: { connectionsPerAddress: 1 } });
    const { generation } = await create(small.url, { prompt: 'x'.repeat(500) });
    const socket = await RawSocket.connected(small.url);
    socket.socket.pause();
    // 29 × 500 characters for each of 100: 1.4 MB an answer, more together than the kernel takes and we keep.
    const fields = Array.from({ length: 29 }, (_, n) => `p${n}: prompt`).join(' ');
    const query = `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Generation { ${fields} } } }`;
    const ids = Array.from({ length: 100 }, () => generation.id);
    for (let n = 0; n < 30; n += 1) socket.subscribe(String(n), query, { ids });
    const another = () => RawSocket.open(small.url).catch(() => null);
    let next: RawSocket | null = null;
    await expect.poll(async () => (next = await another()), { interval: 100 }).not.toBeNull();
    await (next as RawSocket | null)?.close();
    socket.socket.resume();
    expect([1006, 1013]).toContain((await socket.closed).code);
    await small.close();
  });
});

describe('pages of other sites', () => {
  let open: ApiServer;
  beforeAll(async () => {
    open = await ApiServer.start({
      network: { allowedOrigins: ['https://studio.example'], publicUrl: 'https://video.example' },
    });
  });
  afterAll(() => open.close());
  const post = (headers: Record<string, string>, path = '/graphql') =>
    fetch(`${open.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: '{"query":"{ models { name } }"}',
    });
  const socket = (origin: string) => RawSocket.open(open.url, { headers: { origin } }).then((one) => one.close());

  it('may use the server where their origin is allowed, with CORS', async () => {
    for (const origin of ['https://studio.example', 'https://video.example', open.url]) {
      expect((await post({ origin })).status).toBe(200);
      await socket(origin);
    }
    const asked = await fetch(`${open.url}/graphql`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://studio.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
    expect(Object.fromEntries(asked.headers)).toMatchObject({
      'access-control-allow-origin': 'https://studio.example',
      'access-control-allow-headers': 'authorization,content-type',
      vary: expect.stringContaining('Origin'),
    });
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-credentials')).toBeNull();
    const answer = await post({ origin: 'https://studio.example' });
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://studio.example');
  });

  it('may not where it is not, whatever they send', async () => {
    for (const origin of [
      'https://evil.example',
      'null',
      'https://studio.example.evil.example',
      'http://studio.example',
    ]) {
      for (const path of ['/graphql', '/uploads', '/v1/videos']) {
        const response = await post({ origin, 'content-type': 'text/plain' }, path);
        expect([path, response.status]).toEqual([path, 403]);
        expect(response.headers.get('access-control-allow-origin')).toBeNull();
      }
      await expect(socket(origin)).rejects.toThrow('403');
    }
    const read = await fetch(`${open.url}/healthz`, { headers: { origin: 'https://evil.example' } });
    expect([read.status, read.headers.get('access-control-allow-origin')]).toEqual([200, null]);
  });

  it('may not come in under a name that they pointed at this machine', async () => {
    const status = (host: string) =>
      new Promise<string>((resolve, reject) => {
        const request = connect(Number(new URL(open.url).port), '127.0.0.1', () =>
          request.write(`GET /healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
        );
        request.once('data', (data) => resolve(String(data).split(' ')[1] ?? ''));
        request.once('error', reject);
      });
    for (const host of ['localhost:4000', '127.0.0.1', '[::1]:4000', '192.168.1.7', 'video.example', 'a.localhost']) {
      expect([host, await status(host)]).toEqual([host, '200']);
    }
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example:4000']) {
      expect([host, await status(host)]).toEqual([host, '403']);
    }
  });

  it('get links under the public name', async () => {
    const { generation } = await create(open.url, { prompt: 'x' });
    const id = generation.id.slice('generation_'.length);
    await open.scheduler.start(id);
    await open.scheduler.succeed(id, [await open.storeVideo(Buffer.from('x'))]);
    const query = `{ node(id: "${generation.id}") { ... on Generation { artifacts { url } } } }`;
    const answer = (await (
      await fetch(`${open.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      })
    ).json()) as Json;
    expect(answer.data.node.artifacts[0].url).toMatch(/^https:\/\/video\.example\/artifacts\//);
  });
});
