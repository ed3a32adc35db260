import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { writeTextFrame } from '../../src/api/text-frame.js';

let http: Server;
let sockets: WebSocketServer;
beforeEach(async () => {
  http = createServer();
  sockets = new WebSocketServer({ server: http });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
});
afterEach(async () => {
  for (const client of sockets.clients) client.terminate();
  sockets.close();
  http.close();
  await once(http, 'close');
});

/** Both ends of one WebSocket. */
async function connected() {
  const accepted = once(sockets, 'connection') as Promise<[WebSocket, IncomingMessage]>;
  const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
  const texts: string[] = [];
  client.on('message', (data, isBinary) => texts.push(isBinary ? 'binary' : String(data)));
  const [socket, request] = await accepted;
  await once(client, 'open');
  return { client, texts, socket, connection: request.socket };
}

const bytes = (...parts: string[]) => parts.map((part) => Buffer.from(part));

describe('a text frame', () => {
  it.each([0, 1, 125, 126, 127, 16_379, 16_380, 16_381, 65_535, 65_536, 300_000])(
    'of %d bytes arrives between those of ws',
    async (length) => {
      const { texts, socket, connection } = await connected();
      const text = 'é'.repeat(length >> 1) + (length % 2 ? 'x' : '');
      socket.send('before');
      const half = length >> 2;
      await writeTextFrame(connection, bytes(text.slice(0, half), '', text.slice(half)));
      socket.send('after');
      await expect.poll(() => texts).toEqual(['before', text, 'after']);
    },
  );

  it('is not written over while it waits for a client that does not read', async () => {
    const [slow, quick] = [await connected(), await connected()];
    slow.client.pause();
    const text = (n: number) => `${n} `.repeat(2000);
    let sent = 0;
    let waiting: Promise<void> | null = null;
    while (!waiting) waiting = writeTextFrame(slow.connection, bytes(text(sent++)));
    expect(slow.connection.writableLength).toBeGreaterThan(0);
    for (let n = 0; n < 20; n++) await writeTextFrame(quick.connection, bytes(text(-n)));
    let taken = false;
    void waiting.then(() => {
      taken = true;
    });
    await expect.poll(() => quick.texts.length).toBe(20);
    expect(taken).toBe(false);
    slow.client.resume();
    await waiting;
    await expect.poll(() => slow.texts.length).toBe(sent);
    expect(slow.texts).toEqual(Array.from({ length: sent }, (_, n) => text(n)));
  });

  it('to a client that is gone keeps nobody waiting', async () => {
    const { client, connection } = await connected();
    client.pause();
    let waiting: Promise<void> | null = null;
    while (!waiting) waiting = writeTextFrame(connection, bytes('x'.repeat(10_000)));
    client.terminate();
    await waiting;
    await writeTextFrame(connection, bytes('x'));
  });
});
