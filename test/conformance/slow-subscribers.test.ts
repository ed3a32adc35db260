import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { patience } from '../../src/events/recent-events.js';
import { ApiServer } from '../support/api-server.js';
import { bytesHeld } from '../support/collect-garbage.js';
import { create, type Json, localId, watch } from '../support/graphql-client.js';
import { ResumingFollower } from '../support/resuming-follower.js';

let server: ApiServer;
beforeAll(async () => {
  server = await ApiServer.start();
});
afterAll(() => server.close());

/** A subscriber that speaks the protocol by itself, so that it can stop reading from the network. */
class SlowSubscriber {
  readonly seen: Json[] = [];
  completed = false;
  /** It lives, it only does not read: the server's pings, which it does not see, count as answered. */
  private readonly pongs = setInterval(() => this.socket.readyState === WebSocket.OPEN && this.socket.pong(), 1000);

  private constructor(readonly socket: WebSocket) {
    socket.on('close', () => clearInterval(this.pongs));
  }

  static async start(url: string, id: string): Promise<SlowSubscriber> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const subscriber = new SlowSubscriber(socket);
    socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init' })));
    socket.on('message', (data) => subscriber.take(JSON.parse(String(data)), id));
    await expect.poll(() => subscriber.seen.length).toBeGreaterThan(0);
    return subscriber;
  }

  /** The socket's own stream: the kernel's buffers fill, and then the server's writes wait. */
  get stream(): Socket {
    return (this.socket as unknown as { _socket: Socket })._socket;
  }

  private take({ type, payload }: Json, id: string): void {
    if (type === 'connection_ack') {
      this.socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: watch, variables: { id } } }));
    }
    if (type === 'next') this.seen.push(payload.data.generationEvents);
    if (type === 'complete') this.completed = true;
  }
}

it('a subscriber that stops reading costs no memory, and comes back to the latest and the end', async () => {
  const { generation } = await create(server.url, { prompt: 'a boat' });
  const id = localId(generation.id);
  const slow = await SlowSubscriber.start(server.url, generation.id);
  const quick = new ResumingFollower(server.url, generation.id);
  await quick.saw(1);
  await server.scheduler.start(id);
  await expect.poll(() => slow.seen).toHaveLength(2);
  slow.stream.pause();

  const progress = async (from: number, to: number) => {
    for (let step = from; step <= to; step++) {
      // Random: no two pictures are the same memory.
      const preview = {
        step,
        width: 64,
        height: 40,
        frameCount: 9,
        mimeType: 'image/webp',
        data: randomBytes(100_000),
      };
      const facts = { phase: 'DENOISING' as const, step, totalSteps: 230, fraction: step / 230, secondsRemaining: 1 };
      await server.scheduler.recorder.progressed(id, { ...facts, preview });
      await quick.saw(2 + step);
      // Seen is enough: the pictures of the quick one are not what is measured.
      quick.seen[1 + step] = { sequence: quick.seen[1 + step].sequence };
    }
  };
  // Until the network's buffers are full.
  await progress(1, 80);
  const before = await bytesHeld();
  await progress(81, 230);
  // 15 MB of pictures were published meanwhile, 20 MB as text.
  expect((await bytesHeld()) - before).toBeLessThan(3e6);

  slow.stream.resume();
  await expect.poll(() => slow.seen.at(-1).sequence).toBe(232);
  await server.scheduler.succeed(id, [await server.storeVideo(Buffer.from('video'))]);
  await expect.poll(() => slow.completed).toBe(true);
  await quick.completed;
  expect(quick.sequences).toEqual(Array.from({ length: 233 }, (_, index) => index + 1));

  const sequences = slow.seen.map(({ sequence }) => sequence);
  expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => a - b));
  // What the network held, then a jump to the newest.
  expect(sequences.length).toBeLessThan(200);
  const jumps = sequences.filter((sequence, index) => index > 0 && sequence !== sequences[index - 1] + 1);
  expect(jumps.length).toBeGreaterThan(0);
  for (const sequence of jumps) expect(sequence - sequences[sequences.indexOf(sequence) - 1]).toBeGreaterThan(patience);
  expect(slow.seen.at(-1).__typename).toBe('GenerationSucceeded');
  await quick.dispose();
  slow.socket.close();
});
