import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withKeys } from '../../src/auth/with-keys.js';
import { ApiServer } from '../support/api-server.js';
import { create, graphql, type Json, localId, watch } from '../support/graphql-client.js';
import { HandClock } from '../support/hand-clock.js';
import { keyStore, newKey, type TestKey } from '../support/keys.js';
import { RawSocket } from '../support/raw-socket.js';

const models = '{ models { name } }';
const clock = new HandClock();
let server: ApiServer;
let creator: TestKey;
let other: TestKey;
let viewer: TestKey;
let admin: TestKey;
beforeAll(async () => {
  server = await ApiServer.start({ auth: { clock } });
  creator = await newKey(server, 'CREATOR');
  other = await newKey(server, 'CREATOR');
  viewer = await newKey(server, 'VIEWER');
  admin = await newKey(server, 'ADMIN');
});
afterAll(() => server.close());

const ask = (query: string, headers: object, variables: object = {}) => graphql(server.url, query, variables, headers);

describe('an API key', () => {
  it('is wanted by GraphQL and uploads, and not by health or the page', async () => {
    for (const path of ['/graphql', '/uploads']) {
      const response = await fetch(`${server.url}${path}`, { method: 'POST', body: 'x' });
      expect([path, response.status]).toEqual([path, 401]);
      expect(response.headers.get('www-authenticate')).toBe('Bearer realm="ReelQL"');
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    }
    for (const path of ['/healthz', '/readyz', '/']) expect((await fetch(`${server.url}${path}`)).status).toBe(200);
  });

  it('is wanted by /v1, which tells so in its own words', async () => {
    const video = (headers: Record<string, string>, method = 'POST') =>
      fetch(`${server.url}/v1/videos`, {
        method,
        headers: { 'content-type': 'application/json', ...headers },
        ...(method === 'POST' ? { body: '{"prompt":"x"}' } : {}),
      });
    for (const method of ['POST', 'GET']) expect((await video({}, method)).status).toBe(401);
    expect((await video({ authorization: `Bearer rql_${'A'.repeat(43)}` })).status).toBe(401);
    const viewing = await video(viewer.headers);
    expect([viewing.status, await viewing.json()]).toMatchObject([403, { error: { message: /role CREATOR/ } }]);
    expect((await video(viewer.headers, 'GET')).status).toBe(200);
    const slow = await newKey(server, 'VIEWER', { requestsPerMinute: 1 });
    expect((await video(slow.headers, 'GET')).status).toBe(200);
    const refused = await video(slow.headers, 'GET');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
  });

  it('lets in whoever brings it', async () => {
    expect(await ask(models, creator.headers)).toMatchObject({ status: 200, data: { models: [{ name: 'toy' }] } });
    expect((await ask(models, { authorization: creator.secret })).status).toBe(200);
    expect((await ask(models, { authorization: `bearer   ${creator.secret} ` })).status).toBe(200);
  });

  it('is refused where it is mistyped, made up or no key at all', async () => {
    const last = creator.secret.at(-1) === 'A' ? 'B' : 'A';
    const wrong = [creator.secret.slice(0, -1) + last, `rql_${'A'.repeat(43)}`, 'rql_', 'x', '', `${creator.secret}x`];
    for (const secret of wrong) expect((await ask(models, { authorization: `Bearer ${secret}` })).status).toBe(401);
    expect((await ask(models, { authorization: `Basic ${creator.secret}` })).status).toBe(401);
  });

  it('works from the moment another process makes it, beside the running server', async () => {
    const limits = { maxQueued: null, maxRunning: null, maxPerDay: null, requestsPerMinute: null };
    const { secret } = await withKeys(server.dataDir, (keys) =>
      keys.create({ name: 'new', role: 'VIEWER', ...limits }),
    );
    expect((await ask(models, { authorization: `Bearer ${secret}` })).status).toBe(200);
  });

  it('is stored as a hash and logged nowhere', async () => {
    const database = readFileSync(join(server.dataDir, 'reelql.db'), 'latin1');
    const wal = readFileSync(join(server.dataDir, 'reelql.db-wal'), 'latin1');
    for (const text of [database, wal, JSON.stringify(server.logged)]) {
      for (const { secret } of [creator, viewer, admin]) expect(text).not.toContain(secret);
    }
  });

  it('tells to the minute when it was last used', async () => {
    await ask(models, viewer.headers);
    const lastUsed = async () => (await keyStore(server).list()).find(({ id }) => id === viewer.id)?.lastUsedAt;
    await expect.poll(lastUsed).toEqual(clock.now());
    const before = clock.now();
    clock.pass(59);
    await ask(models, viewer.headers);
    clock.pass(1);
    await ask(models, viewer.headers);
    await expect.poll(lastUsed).toEqual(new Date(before.getTime() + 60_000));
  });
});

describe('a role', () => {
  it('says what a key may do', async () => {
    const making = 'mutation { createGeneration(input: { prompt: "x" }) { __typename } }';
    expect(await ask(making, viewer.headers)).toMatchObject({
      errors: [{ message: /role CREATOR/, path: ['createGeneration'], extensions: { code: 'FORBIDDEN' } }],
    });
    expect((await ask(making, creator.headers)).data.createGeneration.__typename).toBe('CreateGenerationSuccess');
    const upload = await fetch(`${server.url}/uploads`, { method: 'POST', headers: viewer.headers, body: 'x' });
    expect(upload.status).toBe(403);
  });

  it('shows a key what is its own, and an admin everything', async () => {
    const { generation } = await create(server.url, { prompt: 'mine' }, creator.headers);
    const seen = async (key: TestKey) => {
      const query = 'query ($id: ID!) { node(id: $id) { id } generations(first: 100) { edges { node { id } } } }';
      const { data } = await ask(query, key.headers, { id: generation.id });
      const listed = data.generations.edges.some(({ node }: Json) => node.id === generation.id);
      const socket = await RawSocket.connected(server.url, { token: key.secret });
      socket.subscribe('1', watch, { id: generation.id });
      const { payload } = await socket.next();
      await socket.close();
      return [data.node !== null, listed, payload.errors?.[0].extensions.code ?? 'watched'];
    };
    expect(await seen(creator)).toEqual([true, true, 'watched']);
    expect(await seen(admin)).toEqual([true, true, 'watched']);
    expect(await seen(other)).toEqual([false, false, 'NOT_FOUND']);
    expect(await seen(viewer)).toEqual([false, false, 'NOT_FOUND']);
    const cancel = 'mutation ($id: ID!) { cancelGeneration(input: { id: $id }) { __typename } }';
    expect((await ask(cancel, other.headers, { id: generation.id })).data.cancelGeneration.__typename).toBe('NotFound');
  });
});

describe('a socket', () => {
  const init = async (payload?: object, headers?: Record<string, string>) => {
    const socket = await RawSocket.open(server.url, headers ? { headers } : {});
    socket.send({ type: 'connection_init', ...(payload && { payload }) });
    return socket;
  };

  it('opens with a key in the payload or in the header', async () => {
    const { authorization } = creator.headers;
    for (const payload of [{ authorization }, { Authorization: authorization }, { token: creator.secret }]) {
      const socket = await init(payload);
      expect(await socket.next()).toEqual({ type: 'connection_ack' });
      await socket.close();
    }
    const socket = await init(undefined, { authorization });
    expect(await socket.next()).toEqual({ type: 'connection_ack' });
    await socket.close();
  });

  it('is closed with 4403 without one, or with one that is not valid', async () => {
    for (const payload of [undefined, {}, { token: 3 }, { token: '' }]) {
      const { code, reason } = await (await init(payload)).closed;
      expect([code, reason]).toEqual([4403, expect.stringContaining('wants an API key')]);
    }
    expect(await (await init({ token: `rql_${'A'.repeat(43)}` })).closed).toMatchObject({
      code: 4403,
      reason: expect.stringContaining('not valid'),
    });
  });

  it('cannot be used while its key is being looked up', async () => {
    const socket = await init({ token: `rql_${'B'.repeat(43)}` });
    socket.subscribe('1', models);
    expect([4401, 4403]).toContain((await socket.closed).code);
    expect(socket.unread).toEqual([]);
  });
});

describe('a rate', () => {
  it('holds over all transports together, tells when to come back, and lets through then', async () => {
    const slow = await newKey(server, 'CREATOR', { requestsPerMinute: 6 });
    const socket = await RawSocket.connected(server.url, { token: slow.secret });
    for (let request = 0; request < 3; request += 1) expect((await ask(models, slow.headers)).status).toBe(200);
    for (const id of ['1', '2']) {
      socket.subscribe(id, models);
      expect([(await socket.next()).type, (await socket.next()).type]).toEqual(['next', 'complete']);
    }
    const response = await fetch(`${server.url}/graphql`, { method: 'POST', headers: slow.headers });
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '10']);
    expect(await response.json()).toMatchObject({
      errors: [{ message: /6 requests a minute/, extensions: { code: 'RATE_LIMITED', retryAfter: 10 } }],
    });
    socket.subscribe('3', models);
    expect(await socket.next()).toMatchObject({
      id: '3',
      type: 'error',
      payload: [{ extensions: { code: 'RATE_LIMITED', retryAfter: 10 } }],
    });
    // Others are not held up by it.
    expect((await ask(models, creator.headers)).status).toBe(200);
    clock.pass(10);
    expect((await ask(models, slow.headers)).status).toBe(200);
    await socket.close();
  });

  it('counts an operation that asks for much as several requests, on both transports', async () => {
    const asked = `{ ${Array.from({ length: 10 }, (_, n) => `a${n}: generations(first: 100) { edges { cursor node { id prompt } } }`).join(' ')} }`;
    // 10 × 100 × 5 fields and the ten connections count five requests; the socket is one more.
    const overHttp = await newKey(server, 'VIEWER', { requestsPerMinute: 7 });
    expect((await ask(asked, overHttp.headers)).status).toBe(200);
    const overSocket = await newKey(server, 'VIEWER', { requestsPerMinute: 8 });
    const socket = await RawSocket.connected(server.url, { token: overSocket.secret });
    socket.subscribe('1', asked);
    expect((await socket.next()).type).toBe('next');
    await socket.close();
    for (const { headers } of [overHttp, overSocket]) {
      // There is one left, which may be as dear: the next one waits for it.
      expect((await ask(asked, headers)).status).toBe(200);
      const { status, errors } = await ask(models, headers);
      expect(status).toBe(429);
      expect(errors[0].extensions.retryAfter).toBeGreaterThan(28);
    }
  });

  it('lets no socket open that is over it', async () => {
    const slow = await newKey(server, 'VIEWER', { requestsPerMinute: 1 });
    await ask(models, slow.headers);
    const socket = await RawSocket.open(server.url);
    socket.send({ type: 'connection_init', payload: { token: slow.secret } });
    expect(await socket.closed).toMatchObject({ code: 1013, reason: expect.stringContaining('Try again in 60 s') });
  });
});

describe('a revoked key', () => {
  it('lets nobody in, ends its sockets and its links', async () => {
    const key = await newKey(server, 'CREATOR');
    const { generation } = await create(server.url, { prompt: 'x' }, key.headers);
    const id = localId(generation.id);
    await server.scheduler.start(id);
    await server.scheduler.step(id, 1);
    const query = `{ node(id: "${generation.id}") { ... on Generation { progress { preview { url } } } } }`;
    const { url } = (await ask(query, key.headers)).data.node.progress.preview;
    expect((await fetch(url)).status).toBe(200);
    const [watching, idle] = [
      await RawSocket.connected(server.url, { token: key.secret }),
      await RawSocket.connected(server.url, { token: key.secret }),
    ];
    watching.subscribe('1', watch, { id: generation.id });
    await watching.next();
    const untouched = await RawSocket.connected(server.url, { token: creator.secret });

    const revoked = await withKeys(server.dataDir, (keys) => keys.revoke(key.id));
    expect(revoked).toBe(true);
    const closing = { code: 4403, reason: 'This API key was revoked.' };
    expect(await Promise.all([watching.closed, idle.closed])).toEqual([closing, closing]);
    expect((await ask(models, key.headers)).status).toBe(401);
    const link = await fetch(url);
    expect([link.status, (await link.json()) as Json]).toMatchObject([403, { errors: [{ message: /ended with/ }] }]);
    untouched.send({ type: 'ping' });
    expect(await untouched.next()).toEqual({ type: 'pong' });
    await untouched.close();
    expect(await withKeys(server.dataDir, (keys) => keys.revoke(key.id))).toBe(false);
  });
});

describe('a link to a file', () => {
  const bytes = Buffer.from('a video, as far as anybody here knows');
  let url: URL;
  beforeAll(async () => {
    const { generation } = await create(server.url, { prompt: 'x' }, creator.headers);
    const id = localId(generation.id);
    await server.scheduler.start(id);
    await server.scheduler.succeed(id, [await server.storeVideo(bytes)]);
    const query = `{ node(id: "${generation.id}") { ... on Generation { artifacts { url } } } }`;
    url = new URL((await ask(query, creator.headers)).data.node.artifacts[0].url);
  });
  const changed = (change: (parameters: URLSearchParams) => void) => {
    const copy = new URL(url);
    change(copy.searchParams);
    return copy;
  };
  const refusal = async (link: URL | string) => {
    const response = await fetch(link);
    const { errors } = (await response.json()) as Json;
    return [response.status, response.headers.get('cache-control'), errors[0].message];
  };

  it('works as a browser asks for it, without a key, in parts and to be saved', async () => {
    expect(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(bytes)).toBe(true);
    const part = await fetch(url, { headers: { range: 'bytes=2-6' } });
    expect([part.status, await part.text()]).toEqual([206, 'video']);
    const saved = await fetch(changed((parameters) => parameters.set('download', '')));
    expect(saved.headers.get('content-disposition')).toMatch(/^attachment/);
    await saved.arrayBuffer();
  });

  it('may be cached by whoever holds it, until it ends and no longer', async () => {
    const response = await fetch(url);
    const [, maxAge] = /^public, max-age=(\d+), immutable$/.exec(response.headers.get('cache-control') ?? '') ?? [];
    const secondsLeft = Number(url.searchParams.get('expires')) - clock.now().getTime() / 1000;
    expect(Number(maxAge)).toBe(Math.floor(secondsLeft));
    expect(secondsLeft).toBeLessThanOrEqual(3600);
    const etag = response.headers.get('etag') ?? '';
    expect((await fetch(url, { headers: { 'if-none-match': etag } })).status).toBe(304);
    expect(
      (
        await fetch(
          changed((all) => all.delete('signature')),
          { headers: { 'if-none-match': etag } },
        )
      ).status,
    ).toBe(403);
  });

  it('is refused where it was changed, is not signed, or has expired', async () => {
    const forged = [403, 'no-store', 'This link was not made by this server, or has been changed.'];
    expect(await refusal(changed((parameters) => parameters.set('expires', '9999999999')))).toEqual(forged);
    expect(await refusal(changed((parameters) => parameters.set('key', admin.id)))).toEqual(forged);
    expect(await refusal(changed((parameters) => parameters.delete('key')))).toEqual(forged);
    expect(await refusal(changed((parameters) => parameters.append('signature', 'x')))).toEqual(forged);
    expect((await refusal(`${url.origin}${url.pathname}`))[2]).toMatch(/not signed/);
    const elsewhere = new URL(url);
    elsewhere.pathname = elsewhere.pathname.replace(/[0-9a-f](?=\.mp4)/, (digit) => (digit === '0' ? '1' : '0'));
    expect(await refusal(elsewhere)).toEqual(forged);
    clock.pass(3600);
    expect((await refusal(url))[2]).toMatch(/expired/);
  });

  it('is signed with a secret that only the owner of the folder reads', () => {
    expect(statSync(join(server.dataDir, 'secrets', 'links')).mode & 0o777).toBe(0o600);
  });

  it('outlives the server that made it', async () => {
    const first = await ApiServer.start({ auth: {} });
    const key = await newKey(first, 'CREATOR');
    const { generation } = await create(first.url, { prompt: 'x' }, key.headers);
    const id = localId(generation.id);
    await first.scheduler.start(id);
    await first.scheduler.succeed(id, [await first.storeVideo(bytes)]);
    const query = `{ node(id: "${generation.id}") { ... on Generation { artifacts { url } } } }`;
    const link = new URL((await graphql(first.url, query, {}, key.headers)).data.node.artifacts[0].url);
    await first.stop();
    const second = await ApiServer.start({ auth: {}, dataDir: first.dataDir });
    link.port = new URL(second.url).port;
    expect((await fetch(link)).status).toBe(200);
    await second.close();
  });
});

describe('a server that is shutting down', () => {
  it('remembers what was used last', async () => {
    const short = await ApiServer.start({ auth: {} });
    const key = await newKey(short, 'VIEWER');
    await graphql(short.url, models, {}, key.headers);
    await short.stop();
    const [stored] = await withKeys(short.dataDir, (keys) => keys.list());
    expect(stored?.lastUsedAt).toBeInstanceOf(Date);
    await short.close().catch(() => {});
  });
});
