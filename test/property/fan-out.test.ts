import { Writable } from 'node:stream';
import fc from 'fast-check';
import { buildSchema, type GraphQLObjectType, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { ApiContext } from '../../src/api/context.js';
import { deliver } from '../../src/api/delivery.js';
import { FanOut, type SharedSubscription } from '../../src/api/fan-out.js';
import { anyone } from '../../src/auth/caller.js';
import type { GenerationEvent } from '../../src/events/event.js';
import { EventStream } from '../../src/events/event-stream.js';
import { expectFaithful, type Witness } from '../support/expect-faithful.js';
import { ended, MemoryLog, progressed, queued, resumed } from '../support/memory-log.js';

const schema = buildSchema(`
  type Event { sequence: Int!, type: String! }
  type Query { nothing: Int }
  type Subscription { events(after: Int!): Event! }
`);
const { events: field } = (schema.getType('Subscription') as GraphQLObjectType).getFields();
if (!field) throw new Error('There is no field.');
field.subscribe = (_root, { after }, { stream }) => stream.follow('g', after);
field.resolve = (event: GenerationEvent) => event;

const documents = ['sequence', 'sequence type'].map((fields) =>
  parse(`subscription ($after: Int!) { events(after: $after) { ${fields} } }`),
);

/** What a frame of at most 65,535 bytes says. */
function textOf(frame: Buffer): string {
  return frame.toString('utf8', frame[1] === 126 ? 4 : 2);
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
}

/** One subscriber behind a network that takes as many messages as it is told to. */
class Subscriber implements Witness {
  readonly after = 0;
  readonly seen: { sequence: number }[] = [];
  readonly newest: number[] = [];
  completed = false;
  private room = 0;
  private blocked: (() => void) | null = null;
  private delivery: AsyncGenerator<never, void, void> | null = null;
  private lives = 0;

  constructor(
    private readonly fanOut: FanOut,
    private readonly stream: EventStream,
    private readonly log: MemoryLog,
    private readonly document: (typeof documents)[number] | undefined,
  ) {}

  /** Begins, or begins again after the last event seen. */
  async join(): Promise<void> {
    if (this.delivery) return;
    this.lives += 1;
    const id = `life ${this.lives}`;
    const results = (await this.fanOut.subscribe({
      schema,
      document: this.document ?? parse('{ nothing }'),
      variableValues: { after: this.seen.at(-1)?.sequence ?? this.after },
      contextValue: { stream: this.stream, baseUrl: '', caller: anyone } as unknown as ApiContext,
    })) as SharedSubscription;
    const connection = new Writable({ write: (frame, _encoding, taken) => this.take(id, textOf(frame), taken) });
    const delivery = deliver({ socket: { readyState: 1, OPEN: 1 }, request: { socket: connection } }, id, results);
    this.delivery = delivery;
    void delivery.next().then(() => {
      this.completed = this.delivery === delivery;
    });
  }

  async leave(): Promise<void> {
    const delivery = this.delivery;
    this.delivery = null;
    this.room = 0;
    this.blocked?.();
    this.blocked = null;
    await delivery?.return();
  }

  /** The network takes so many messages more. */
  drain(count: number): void {
    this.room += count;
    const taken = this.blocked;
    this.blocked = null;
    taken?.();
  }

  private take(id: string, message: string, taken: () => void): void {
    // What a dead socket is given is lost.
    if (id !== `life ${this.lives}` || !this.delivery) return taken();
    // One at a time: nothing waits in memory for a network that takes no more.
    expect(this.blocked).toBeNull();
    const { id: given, type, payload } = JSON.parse(message);
    expect([given, type]).toEqual([id, 'next']);
    // Whoever asked for less is shown less.
    expect('type' in payload.data.events).toBe(this.document === documents[1]);
    this.seen.push(payload.data.events);
    this.newest.push(this.log.events.length);
    this.room -= 1;
    if (this.room > 0) taken();
    else this.blocked = taken;
  }
}

const who = fc.nat(4);
const actions = fc.array(
  fc.oneof(
    fc.record({
      do: fc.constant('publish' as const),
      events: fc.array(fc.oneof({ weight: 9, arbitrary: fc.nat(99).map(progressed) }, fc.constant(resumed)), {
        minLength: 1,
        maxLength: 30,
      }),
    }),
    fc.record({ do: fc.constant('join' as const), who }),
    fc.record({ do: fc.constant('drain' as const), who, count: fc.integer({ min: 1, max: 40 }) }),
    fc.record({ do: fc.constant('leave' as const), who }),
    fc.record({ do: fc.constant('settle' as const) }),
  ),
  { maxLength: 40 },
);

describe('shared subscriptions', () => {
  it('show everybody the log in order, whoever joins, leaves, dies or does not read', async () => {
    await fc.assert(
      fc.asyncProperty(actions, async (script) => {
        const log = new MemoryLog();
        const stream = new EventStream(log);
        const fanOut = new FanOut((error) => {
          throw error;
        });
        log.append(queued);
        const all = Array.from({ length: 5 }, (_, n) => new Subscriber(fanOut, stream, log, documents[n % 2]));
        for (const action of script) {
          if (action.do === 'publish') for (const body of action.events) stream.publish(log.append(body));
          if (action.do === 'join') await all[action.who]?.join();
          if (action.do === 'drain') all[action.who]?.drain(action.count);
          if (action.do === 'leave') await all[action.who]?.leave();
          if (action.do === 'settle') await settled();
        }
        stream.publish(log.append(ended));
        for (const one of all) {
          await one.join();
          one.drain(Number.POSITIVE_INFINITY);
        }
        await settled();
        await settled();
        for (const one of all) {
          expect(one.completed).toBe(true);
          expectFaithful(log, one);
        }
        expect([stream.size, fanOut.size]).toEqual([0, 0]);
      }),
      { numRuns: 150 },
    );
  });
});
