import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { operationLimits } from '../../src/api/policy/limits.js';
import { ApiServer } from '../support/api-server.js';
import { create, follow, graphql, type Json, localId, socketClient } from '../support/graphql-client.js';

let server: ApiServer;
beforeAll(async () => {
  server = await ApiServer.start();
});
afterAll(() => server.close());

async function overHttp(query: string): Promise<Json> {
  return (await graphql(server.url, query)).errors;
}

/** The errors of an operation over the socket: an `error` message, or a result with errors in it. */
async function overSocket(query: string): Promise<Json> {
  const client = socketClient(server.url);
  try {
    const { value } = await client.iterate({ query }).next();
    return value.errors;
  } catch (errors) {
    return errors;
  } finally {
    await client.dispose();
  }
}

const transports = [
  ['HTTP', overHttp],
  ['WebSocket', overSocket],
] as const;

describe.each(transports)('an operation over %s', (_name, run) => {
  it('is refused where it is nested too deep, also through fragments', async () => {
    const depth = (levels: number) => `${'remixedFrom { '.repeat(levels)} id ${'}'.repeat(levels)}`;
    const deep = `{ generations { edges { node { ${depth(9)} } } } }`;
    const hidden = `{ generations { ...a } } fragment a on GenerationConnection { edges { node { ...b } } } fragment b on Generation { ${depth(9)} }`;
    for (const query of [deep, hidden]) {
      expect(await run(query)).toMatchObject([{ message: expect.stringContaining('12 are allowed') }]);
    }
    expect(await run(`{ generations { edges { node { ${depth(8)} } } } }`)).toBeUndefined();
  });

  it('is refused where it has too many aliases, root fields or tokens', async () => {
    const aliases = Array.from({ length: operationLimits.aliases + 1 }, (_, n) => `a${n}: id`);
    expect(await run(`{ models { ${aliases.join(' ')} } }`)).toMatchObject([
      { message: expect.stringContaining('30 aliases') },
    ]);
    expect(await run(`{ models { ${aliases.slice(1).join(' ')} } }`)).toBeUndefined();
    expect(await run(`{ ${'models { id } '.repeat(16)} }`)).toMatchObject([
      { message: expect.stringContaining('15 are allowed') },
    ]);
    expect(await run(`{ ${'models { id } '.repeat(600)} }`)).toMatchObject([
      { message: expect.stringContaining('tokens') },
    ]);
  });

  it('is refused with a code where it is no GraphQL or not of this schema', async () => {
    expect(await run('{ models {')).toMatchObject([{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }]);
    expect(await run('{ nothing }')).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
  });

  it('learns nothing of an unexpected error but its id in the log', async () => {
    const secret = 'connect /var/secret.db as root';
    const { devices } = server.scheduler;
    server.scheduler.devices = () => {
      throw new Error(secret);
    };
    const errors = await run('{ devices { id } }');
    server.scheduler.devices = devices;
    expect(JSON.stringify(errors)).not.toContain('secret');
    expect(errors).toMatchObject([{ path: ['devices'], extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
    const { correlationId } = errors[0].extensions;
    const lines = server.logged.filter((line) => line.correlationId === correlationId);
    expect(lines).toMatchObject([{ err: { message: secret } }]);
  });

  it('learns nothing of a value that does not fit its type', async () => {
    const { devices } = server.scheduler;
    server.scheduler.devices = () =>
      devices.call(server.scheduler).map((device) => ({ ...device, totalBytes: 2 ** 60 }));
    const errors = await run('{ devices { totalBytes } }');
    server.scheduler.devices = devices;
    expect(JSON.stringify(errors)).not.toContain(String(2 ** 60));
    expect(errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
  });

  it('may ask what the schema is', async () => {
    expect(
      await run('{ __schema { types { fields { type { ofType { ofType { ofType { name } } } } } } } }'),
    ).toBeUndefined();
  });
});

describe('a stream that breaks', () => {
  it('learns nothing of why', async () => {
    const { generation } = await create(server.url, { prompt: 'x' });
    const { read } = server.events.log;
    server.events.log.read = () => Promise.reject(new Error('the secret disk is broken'));
    const client = socketClient(server.url);
    const failure = await follow(client, generation.id)
      .next()
      .catch((errors) => errors);
    server.events.log.read = read;
    expect(JSON.stringify(failure)).not.toContain('secret');
    expect(failure).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
    expect(server.logged.at(-1)).toMatchObject({ err: { message: 'the secret disk is broken' } });
    await client.dispose();
  });
});

describe('HTTP', () => {
  const post = (body: string, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
    fetch(`${server.url}/graphql`, { method: 'POST', body, headers });

  it('answers malformed JSON with a clean 400', async () => {
    for (const body of ['{"query": ', 'x', '']) {
      const response = await post(body);
      expect(response.status).toBe(400);
      const { errors } = (await response.json()) as Json;
      expect(errors[0].message).toMatch(/not valid JSON|cannot be empty/);
      expect(JSON.stringify(errors)).not.toMatch(/node_modules|at .*\.js/);
    }
  });

  it('answers JSON that is no operation with a 400', async () => {
    for (const body of ['[]', '{}', '3', '{"query": 3}', '[{"query":"{ models { id } }"}]']) {
      expect((await post(body)).status).toBe(400);
    }
  });

  it('refuses bodies that are too large', async () => {
    const response = await post(JSON.stringify({ query: 'x'.repeat(operationLimits.bodyBytes) }));
    expect(response.status).toBe(413);
    expect(((await response.json()) as Json).errors[0].message).toContain('larger than');
  });

  it("refuses requests that another site's form could send", async () => {
    const query = encodeURIComponent('{ models { id } }');
    expect((await fetch(`${server.url}/graphql?query=${query}`)).status).toBe(400);
    expect((await post('query=x', { 'content-type': 'text/plain' })).status).toBe(400);
    const asked = await fetch(`${server.url}/graphql?query=${query}`, { headers: { 'apollo-require-preflight': '1' } });
    expect(asked.status).toBe(200);
  });

  it('answers what is not there with a 404', async () => {
    const response = await fetch(`${server.url}/nothing`);
    expect([response.status, response.headers.get('content-type')]).toEqual([404, 'application/json; charset=utf-8']);
  });

  it('tells its health', async () => {
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    const ready = await fetch(`${server.url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { status: 'ready', checks: { database: true, device: true, model: true } },
    ]);
    const { devices } = server.scheduler;
    server.scheduler.devices = () => [];
    expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
    server.scheduler.devices = devices;
  });

  it('links to the address it was asked at', async () => {
    const { generation } = await create(server.url, { prompt: 'x' });
    const id = localId(generation.id);
    await server.scheduler.start(id);
    await server.scheduler.succeed(id, [await server.storeVideo(Buffer.from('x'))]);
    const query = `{ node(id: "${generation.id}") { ... on Generation { artifacts { url } } } }`;
    const port = new URL(server.url).port;
    const url = server.url.replace('127.0.0.1', 'localhost');
    const { data } = await graphql(url, query);
    expect(new URL(data.node.artifacts[0].url).host).toBe(`localhost:${port}`);
  });

  it('shows people a page, at / and at /graphql, that needs nothing from elsewhere', async () => {
    for (const path of ['/', '/graphql']) {
      const response = await fetch(`${server.url}${path}`, { headers: { accept: 'text/html,*/*' } });
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
      const page = await response.text();
      expect(page).toContain('<title>ReelQL</title>');
      expect(page).not.toMatch(/(src|href)="https?:/);
    }
  });
});

describe('the socket', () => {
  const status = (headers: Record<string, string>, path = '/graphql') =>
    new Promise<number>((resolve, reject) => {
      const socket = new WebSocket(`${server.url.replace('http', 'ws')}${path}`, 'graphql-transport-ws', { headers });
      socket.once('open', () => {
        socket.once('close', () => resolve(101));
        socket.close();
      });
      socket.once('unexpected-response', (_request, response) => {
        resolve(response.statusCode ?? 0);
        response.destroy();
      });
      socket.once('error', reject);
    });

  it("opens for programs and this server's own page, not for other sites", async () => {
    expect(await status({})).toBe(101);
    expect(await status({ origin: server.url })).toBe(101);
    expect(await status({ origin: 'https://evil.example' })).toBe(403);
    expect(await status({ origin: 'null' })).toBe(403);
    expect(await status({}, '/other')).toBe(404);
  });

  it('is closed on whoever sends too much', async () => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const code = await new Promise<number>((resolve) => {
      socket.once('open', () => socket.send('x'.repeat(operationLimits.bodyBytes + 1)));
      socket.once('close', resolve);
    });
    expect(code).toBe(1009);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  it('survives clients that hang up in the middle of opening one', async () => {
    const { port } = new URL(server.url);
    const head = 'Host: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n';
    for (const start of ['GET /graphql HTTP/1.1\r\nOrigin: https://evil.example\r\n', 'GET /x HTTP/1.1\r\n']) {
      for (let n = 0; n < 20; n += 1) {
        const socket = connect(Number(port), '127.0.0.1');
        socket.on('error', () => {});
        socket.write(`${start}${head}\r\n`, () => socket.resetAndDestroy());
        await new Promise((resolve) => socket.once('close', resolve));
      }
    }
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  it('survives bytes that are no WebSocket', async () => {
    const { port } = new URL(server.url);
    await new Promise<void>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1', () =>
        socket.write('GET /graphql HTTP/1.1\r\nUpgrade: x\r\n\r\n\0\xff'),
      );
      socket.once('data', () => socket.destroy());
      socket.once('close', () => resolve());
      socket.once('error', reject);
    });
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });
});
