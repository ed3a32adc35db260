import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { operationLimits } from '../../src/api/policy/limits.js';
import { ApiServer } from '../support/api-server.js';
import { create, localId, watch } from '../support/graphql-client.js';
import { RawSocket } from '../support/raw-socket.js';

/** https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md, message by message. */
let server: ApiServer;
const open: RawSocket[] = [];
beforeAll(async () => {
  server = await ApiServer.start();
});
afterEach(async () => {
  for (const socket of open.splice(0)) await socket.close();
});
afterAll(() => server.close());

async function raw(options?: Parameters<typeof RawSocket.open>[1]): Promise<RawSocket> {
  const socket = await RawSocket.open(server.url, options);
  open.push(socket);
  return socket;
}

async function connected(): Promise<RawSocket> {
  const socket = await RawSocket.connected(server.url);
  open.push(socket);
  return socket;
}

async function running(): Promise<{ globalId: string; id: string }> {
  const { generation } = await create(server.url, { prompt: 'x' });
  const id = localId(generation.id);
  await server.scheduler.start(id);
  return { globalId: generation.id, id };
}

const models = '{ models { name } }';

describe('the handshake', () => {
  it('closes with 4406 on another subprotocol', async () => {
    const socket = await raw({ protocol: [] });
    expect(await socket.closed).toEqual({ code: 4406, reason: 'Subprotocol not acceptable' });
  });

  it('closes with 4408 on whoever says nothing', async () => {
    const before = performance.now();
    const socket = await raw();
    expect(await socket.closed).toEqual({ code: 4408, reason: 'Connection initialisation timeout' });
    expect(performance.now() - before).toBeGreaterThan(operationLimits.initTimeout - 50);
  });

  it('acknowledges connection_init, with and without a payload', async () => {
    for (const payload of [undefined, {}, { anything: [1, null] }]) {
      const socket = await raw();
      socket.send({ type: 'connection_init', ...(payload && { payload }) });
      expect(await socket.next()).toEqual({ type: 'connection_ack' });
    }
  });

  it('closes with 4429 on a second connection_init, also before the first is answered', async () => {
    const patient = await connected();
    patient.send({ type: 'connection_init' });
    expect(await patient.closed).toMatchObject({ code: 4429 });
    const hasty = await raw();
    hasty.atOnce(() => {
      hasty.send({ type: 'connection_init' });
      hasty.send({ type: 'connection_init' });
    });
    expect(await hasty.closed).toMatchObject({ code: 4429 });
  });

  it('closes with 4401 on a subscribe that comes first, also right behind connection_init’s back', async () => {
    const socket = await raw();
    socket.subscribe('1', models);
    expect(await socket.closed).toEqual({ code: 4401, reason: 'Unauthorized' });
    const racing = await raw();
    racing.atOnce(() => {
      racing.send({ type: 'connection_init' });
      racing.subscribe('1', models);
    });
    expect(await racing.closed).toEqual({ code: 4401, reason: 'Unauthorized' });
    expect(racing.unread.filter(({ type }) => type === 'next')).toEqual([]);
  });
});

describe('messages', () => {
  it.each([
    ['no JSON', '{"type":'],
    ['no object', '[]'],
    ['null', 'null'],
    ['no type', '{}'],
    ['an unknown type', '{"type":"start","id":"1"}'],
    ['a type of the server', '{"type":"connection_ack2"}'],
    ['a subscribe without an id', '{"type":"subscribe","payload":{"query":"{ models { id } }"}}'],
    ['a subscribe with an empty id', '{"type":"subscribe","id":"","payload":{"query":"{ models { id } }"}}'],
    ['a subscribe with a number for id', '{"type":"subscribe","id":1,"payload":{"query":"{ models { id } }"}}'],
    ['a subscribe without a payload', '{"type":"subscribe","id":"1"}'],
    ['a subscribe with a query that is no text', '{"type":"subscribe","id":"1","payload":{"query":3}}'],
    ['variables that are no object', '{"type":"subscribe","id":"1","payload":{"query":"{ a }","variables":[]}}'],
    ['an empty message', ''],
  ])('closes with 4400 on %s', async (_name, message) => {
    const socket = await connected();
    socket.send(message);
    expect(await socket.closed).toEqual({ code: 4400, reason: 'Invalid message received' });
  });

  it('reads JSON in a binary frame, and closes with 4400 on other bytes', async () => {
    const socket = await connected();
    socket.send(Buffer.from(JSON.stringify({ type: 'ping' })));
    expect(await socket.next()).toEqual({ type: 'pong' });
    socket.send(Buffer.from([0, 255, 254, 1]));
    expect(await socket.closed).toMatchObject({ code: 4400 });
  });

  it('closes with 1009 on a frame that is too large, and not on one that is just not', async () => {
    const socket = await connected();
    const frame = (bytes: number) => {
      const message = { type: 'ping', payload: { x: '' } };
      message.payload.x = 'x'.repeat(bytes - JSON.stringify(message).length);
      return JSON.stringify(message);
    };
    socket.send(frame(operationLimits.bodyBytes));
    expect(await socket.next()).toMatchObject({ type: 'pong' });
    socket.send(frame(operationLimits.bodyBytes + 1));
    expect(await socket.closed).toMatchObject({ code: 1009 });
  });

  it('closes with 1007 on text that is no UTF-8', async () => {
    const socket = await connected();
    socket.socket.send(Buffer.from([0x22, 0xff, 0x22]), { binary: false });
    expect(await socket.closed).toMatchObject({ code: 1007 });
  });

  it('answers ping with pong and its payload, also before connection_init, and takes a pong that nobody asked for', async () => {
    const socket = await raw();
    socket.send({ type: 'ping', payload: { at: 1 } });
    expect(await socket.next()).toEqual({ type: 'pong', payload: { at: 1 } });
    socket.send({ type: 'pong' });
    socket.send({ type: 'connection_init' });
    expect(await socket.next()).toEqual({ type: 'connection_ack' });
  });
});

describe('operations', () => {
  it('gives a query one next and complete', async () => {
    const socket = await connected();
    socket.subscribe('q', models);
    expect(await socket.next()).toEqual({ id: 'q', type: 'next', payload: { data: { models: [{ name: 'toy' }] } } });
    expect(await socket.next()).toEqual({ id: 'q', type: 'complete' });
  });

  it('gives one that is not valid an error and nothing else, and lives on', async () => {
    const socket = await connected();
    socket.subscribe('q', '{ nothing }');
    expect(await socket.next()).toMatchObject({ id: 'q', type: 'error', payload: [{ message: /nothing/ }] });
    socket.subscribe('q', models);
    expect(await socket.next()).toMatchObject({ id: 'q', type: 'next' });
    expect(await socket.next()).toEqual({ id: 'q', type: 'complete' });
  });

  it.each(['@skip', '@include(if: $unknown)'])(
    'takes a subscription with a bad %s for one that is not valid',
    async (directive) => {
      const socket = await connected();
      socket.subscribe('s', `subscription { queueChanged ${directive} { depth } }`);
      const payload = [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }];
      expect(await socket.next()).toMatchObject({ id: 's', type: 'error', payload });
    },
  );

  it('says which operation it cannot find', async () => {
    const socket = await connected();
    const payload = { query: 'query A { models { id } } query B { models { id } }', operationName: 'C' };
    socket.send({ id: '1', type: 'subscribe', payload });
    expect(await socket.next()).toMatchObject({ payload: [{ extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } }] });
    socket.send({ id: '2', type: 'subscribe', payload: { ...payload, operationName: null } });
    expect(await socket.next()).toMatchObject({ payload: [{ message: /operationName/ }] });
  });

  it('runs several at once, each under its id', async () => {
    const socket = await connected();
    const [a, b] = [await running(), await running()];
    socket.subscribe('a', watch, { id: a.globalId, after: 2 });
    socket.subscribe('b', watch, { id: b.globalId, after: 2 });
    await server.scheduler.step(b.id, 1);
    expect(await socket.next()).toMatchObject({ id: 'b', type: 'next' });
    await server.scheduler.step(a.id, 1);
    expect(await socket.next()).toMatchObject({ id: 'a', type: 'next' });
  });

  it('closes with 4409 on an id that is in use', async () => {
    const socket = await connected();
    const { globalId } = await running();
    socket.subscribe('same', watch, { id: globalId });
    socket.subscribe('same', models);
    expect(await socket.closed).toEqual({ code: 4409, reason: 'Subscriber for same already exists' });
  });

  it('takes an id again once the operation is complete', async () => {
    const socket = await connected();
    for (let round = 0; round < 3; round += 1) {
      socket.subscribe('1', models);
      expect([(await socket.next()).type, (await socket.next()).type]).toEqual(['next', 'complete']);
    }
  });

  it('sends nothing more after complete, whenever that comes', async () => {
    const { globalId, id } = await running();
    const socket = await connected();
    // Before the stream is even open.
    socket.atOnce(() => {
      socket.subscribe('early', watch, { id: globalId });
      socket.send({ id: 'early', type: 'complete' });
    });
    socket.subscribe('late', watch, { id: globalId });
    while ((await socket.next()).payload.data.generationEvents.sequence < 2);
    socket.send({ id: 'late', type: 'complete' });
    socket.send({ type: 'ping' });
    expect(await socket.next()).toEqual({ type: 'pong' });
    await server.scheduler.step(id, 1);
    socket.send({ type: 'ping' });
    expect(await socket.next()).toEqual({ type: 'pong' });
  });

  it('ignores complete for what it does not know', async () => {
    const socket = await connected();
    socket.send({ id: 'nobody', type: 'complete' });
    socket.send({ type: 'ping' });
    expect(await socket.next()).toEqual({ type: 'pong' });
  });

  it('keeps apart an operation and a later one under its id that was completed at once', async () => {
    const [a, b] = [await running(), await running()];
    const socket = await connected();
    socket.atOnce(() => {
      socket.subscribe('1', watch, { id: a.globalId });
      socket.send({ id: '1', type: 'complete' });
      socket.subscribe('1', watch, { id: b.globalId });
    });
    const owners = new Set<string>();
    for (let event = 0; event < 2; event += 1) {
      owners.add((await socket.next()).payload.data.generationEvents.generationId);
    }
    await server.scheduler.step(a.id, 1);
    await server.scheduler.step(b.id, 1);
    owners.add((await socket.next()).payload.data.generationEvents.generationId);
    socket.send({ type: 'ping' });
    expect(await socket.next()).toEqual({ type: 'pong' });
    expect([...owners]).toEqual([b.globalId]);
  });

  it('leaves nothing behind when the socket ends without a word', async () => {
    const { globalId } = await running();
    const socket = await RawSocket.connected(server.url);
    socket.subscribe('1', watch, { id: globalId });
    await socket.next();
    socket.socket.terminate();
    await socket.closed;
    await expect.poll(() => server.events.size).toBe(0);
  });
});

describe('the end of the server', () => {
  it('closes sockets with 1001', async () => {
    const other = await ApiServer.start();
    const idle = await RawSocket.connected(other.url);
    const { generation } = await create(other.url, { prompt: 'x' });
    const busy = await RawSocket.connected(other.url);
    busy.subscribe('1', watch, { id: generation.id });
    await busy.next();
    const silent = await RawSocket.open(other.url);
    const closings = [idle.closed, busy.closed, silent.closed];
    await other.close();
    expect((await Promise.all(closings)).map(({ code }) => code)).toEqual([1001, 1001, 1001]);
  });
});
