import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventBody, GenerationEvent } from '../../src/events/event.js';
import { EventStream } from '../../src/events/event-stream.js';
import { isSuperseded, patience, RecentEvents } from '../../src/events/recent-events.js';
import { expectFaithful } from '../support/expect-faithful.js';
import { ended, MemoryLog, progressed, queued, resumed } from '../support/memory-log.js';

/** Until everything that can go on without another action has gone on. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 6; turn++) await new Promise(setImmediate);
}

/** One subscriber: it reads when it is told to, and after a break goes on from the last event it saw. */
class Reader {
  readonly seen: GenerationEvent[] = [];
  /** How far the log was when each event was seen. */
  readonly newest: number[] = [];
  private events: AsyncGenerator<GenerationEvent> | null = null;
  private wanted = 0;
  private reading: Promise<void> | null = null;
  completed = false;

  constructor(
    private readonly stream: EventStream,
    private readonly log: MemoryLog,
    readonly after: number,
  ) {}

  read(count: number): void {
    this.wanted += count;
    this.events ??= this.stream.follow('g', this.seen.at(-1)?.sequence ?? this.after);
    this.reading ??= this.run(this.events);
  }

  async break(): Promise<void> {
    const { events, reading } = this;
    this.events = null;
    this.wanted = 0;
    await events?.return(undefined);
    await reading;
    this.wanted = 0;
  }

  private async run(events: AsyncGenerator<GenerationEvent>): Promise<void> {
    while (this.wanted > 0) {
      const { value, done } = await events.next();
      if (done) {
        this.completed = this.events === events;
        break;
      }
      this.wanted -= 1;
      this.seen.push(value);
      this.newest.push(this.log.events.length);
    }
    this.reading = null;
  }
}

const bodies: fc.Arbitrary<EventBody> = fc.oneof(
  { weight: 9, arbitrary: fc.nat(99).map(progressed) },
  { weight: 1, arbitrary: fc.constant(resumed) },
);
const reader = fc.nat(3);
const actions = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('publish' as const), events: fc.array(bodies, { minLength: 1, maxLength: 40 }) }),
    fc.record({ do: fc.constant('read' as const), reader, count: fc.integer({ min: 1, max: 60 }) }),
    fc.record({ do: fc.constant('break' as const), reader }),
    // The next read of the log takes this many turns: what is published meanwhile comes in between.
    fc.record({ do: fc.constant('stall' as const), turns: fc.nat(8) }),
    fc.record({ do: fc.constant('settle' as const) }),
  ),
  { maxLength: 40 },
);

describe('the newest events', () => {
  const told = fc.array(
    fc.record({
      body: fc.oneof(
        { weight: 3, arbitrary: fc.nat(99).map(progressed) },
        { weight: 1, arbitrary: fc.constant(resumed) },
      ),
      /** Whether the window is told of it. */
      told: fc.oneof({ weight: 40, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    }),
    { maxLength: 150, size: 'max' },
  );

  it('are given in order to whoever has seen whatever, or are said to be in the log only', () => {
    fc.assert(
      fc.property(told, (script) => {
        const recent = new RecentEvents();
        const log = new MemoryLog();
        for (const { body, told } of script) {
          const event = log.append(body);
          if (told) recent.push(event);
        }
        const newest = script.findLastIndex(({ told }) => told) + 1;
        // What came after and was not told supersedes nothing yet.
        const known = log.events.slice(0, newest);
        for (let after = 0; after <= script.length; after++) {
          const next = recent.next(after);
          if (next === 'LOGGED') {
            expect(recent.reaches(after)).toBe(false);
            continue;
          }
          const behind = newest - after;
          const expected = known.findIndex(
            (event, index) => index >= after && !(behind > patience && isSuperseded(event, known[index + 1])),
          );
          expect(next).toBe(behind <= 0 ? null : known[expected]);
        }
        // What came just now is at hand.
        const unbroken = newest - script.slice(0, newest).findLastIndex(({ told }) => !told) - 1;
        for (let back = 0; back <= Math.min(unbroken, patience); back++)
          expect(recent.reaches(newest - back)).toBe(newest > 0);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a stream of events', () => {
  it('shows everybody the log in order, whatever joins, breaks and delays there are, and skips only for the slow', async () => {
    const afters = fc.tuple(fc.constant(0), fc.constant(0), fc.nat(30), fc.nat(200));
    await fc.assert(
      fc.asyncProperty(actions, afters, async (script, starts) => {
        const log = new MemoryLog();
        const stream = new EventStream(log);
        log.append(queued);
        const readers = starts.map((after) => new Reader(stream, log, after));
        for (const action of script) {
          if (action.do === 'publish') for (const body of action.events) stream.publish(log.append(body));
          if (action.do === 'read') readers[action.reader]?.read(action.count);
          if (action.do === 'break') await readers[action.reader]?.break();
          if (action.do === 'settle') await settled();
          if (action.do === 'stall') {
            log.beforeRead = async () => {
              log.beforeRead = () => {};
              for (let turn = 0; turn < action.turns; turn++) await new Promise(setImmediate);
            };
          }
        }
        stream.publish(log.append(ended));
        for (const one of readers) one.read(Number.POSITIVE_INFINITY);
        await settled();
        await settled();

        for (const one of readers) {
          expect(one.completed).toBe(true);
          expectFaithful(log, one);
        }
        expect(stream.size).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});
