/** One way of fanning out, as a process of its own: `node fan-out-server.js plain|shared`. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parse } from 'graphql';
import type { ServerOptions } from 'graphql-ws';
import { type Extra, useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import type { ApiContext } from '../../../src/api/context.js';
import { deliver } from '../../../src/api/delivery.js';
import { FanOut, type SharedSubscription } from '../../../src/api/fan-out.js';
import { createSchema } from '../../../src/api/schema.js';
import { anyone } from '../../../src/auth/caller.js';
import type { GenerationEvent } from '../../../src/events/event.js';
import type { EventLogReader } from '../../../src/events/event-log.js';
import { EventStream } from '../../../src/events/event-stream.js';
import { generations, now, type Published, type PublishOrder, previewBytes, type Way } from './fan-out-load.js';

/** The latest events in memory: what is measured is the way from there to the subscribers, not the database. */
class LatestEvents implements EventLogReader {
  private readonly events = new Map<string, GenerationEvent[]>();

  append(event: GenerationEvent): void {
    const kept = [...(this.events.get(event.generationId) ?? []), event];
    this.events.set(event.generationId, kept.slice(-100));
  }

  async read(generationId: string, after: number, limit: number) {
    const events = this.events.get(generationId) ?? [];
    return events.filter(({ sequence }) => sequence > after).slice(0, limit);
  }

  async end(generationId: string) {
    return { lastSequence: this.events.get(generationId)?.at(-1)?.sequence ?? 0, final: false };
  }

  async page() {
    return [];
  }

  async preview() {
    return null;
  }
}

const log = new LatestEvents();
const events = new EventStream(log);
const sequences = new Map<string, number>();

function publish(generation: number, dueAt: number): void {
  const generationId = String(generation);
  const sequence = (sequences.get(generationId) ?? 0) + 1;
  sequences.set(generationId, sequence);
  const preview = {
    step: 1,
    width: 64,
    height: 40,
    frameCount: 9,
    mimeType: 'image/webp',
    data: randomBytes(previewBytes),
  };
  const event: GenerationEvent = {
    type: 'GenerationProgressed',
    generationId,
    sequence,
    occurredAt: new Date(),
    // The remaining seconds carry the time at which the event was due: what waits in this process counts as latency.
    progress: { phase: 'DENOISING', step: 1, totalSteps: 50, fraction: 0.5, secondsRemaining: dueAt, preview },
  };
  log.append(event);
  events.publish(event);
}

/** Publishes round robin, evenly spread over time, whatever is due. */
async function run({ rate, seconds }: PublishOrder): Promise<Published> {
  const total = Math.round(rate * generations * seconds);
  const began = now();
  const cpu = process.cpuUsage();
  const dueAt = (index: number) => began + (index * 1000) / (rate * generations);
  for (let index = 0; index < total; ) {
    while (index < total && dueAt(index) <= now()) {
      publish(index % generations, dueAt(index));
      index += 1;
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const { user, system } = process.cpuUsage(cpu);
  return { events: total, cpuSeconds: (user + system) / 1e6, seconds: (now() - began) / 1000 };
}

const way = process.argv[2] as Way;
const schema = createSchema();
const documents = new Map<string, ReturnType<typeof parse>>();
const contextValue = {
  events,
  service: { get: async () => ({}) },
  caller: anyone,
  baseUrl: 'http://127.0.0.1',
  linkTo: (path: string) => `http://127.0.0.1${path}`,
} as unknown as ApiContext;

const fanOut = new FanOut((error) => {
  throw error;
});
const http = createServer();
const sockets = new WebSocketServer({ server: http });
const protocol: ServerOptions<Record<string, unknown>, Extra> = {
  onSubscribe(_context, _id, { query, variables }) {
    const document = documents.get(query) ?? parse(query);
    documents.set(query, document);
    return { schema, document, variableValues: variables, contextValue };
  },
};
const shared: ServerOptions<Record<string, unknown>, Extra> = {
  ...protocol,
  subscribe: (args) => fanOut.subscribe(args),
  onOperation: ({ extra }, id, _payload, _args, result) => deliver(extra, id, result as SharedSubscription),
};
useServer(way === 'shared' ? shared : protocol, sockets);
http.listen(0, '127.0.0.1');
await once(http, 'listening');
process.send?.((http.address() as AddressInfo).port);
process.on('message', async (order: PublishOrder) => process.send?.(await run(order)));
process.on('disconnect', () => process.exit());
