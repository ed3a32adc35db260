import { type GenerationEvent, isTerminal } from './event.js';
import type { EventLogReader } from './event-log.js';

const pageSize = 100;
/** Events that wait for one subscriber. A generation has about ten a second; this much behind, the log is the better buffer. */
const bufferSize = 32;

/**
 * The log as a stream. A subscription replays what is stored after a sequence, then follows: first from a small buffer of live
 * events, and from the log again wherever that buffer could not hold them. Nothing is missed and nothing comes twice.
 *
 * A subscriber that reads too slowly never costs memory: its buffer is emptied, and when it comes back it reads the log with
 * runs of progress events reduced to the last of each run. Only then sequences are skipped.
 */
export class EventStream {
  private readonly subscribers = new Map<string, Set<Subscriber>>();
  private closed = false;

  constructor(readonly log: EventLogReader) {}

  /** Called after the commit of the transaction that wrote the event. */
  publish(event: GenerationEvent): void {
    for (const subscriber of this.subscribers.get(event.generationId) ?? []) subscriber.push(event);
  }

  /** How many subscriptions are open, for tests and metrics. */
  get size(): number {
    let size = 0;
    for (const set of this.subscribers.values()) size += set.size;
    return size;
  }

  /**
   * Events with a sequence greater than `after`, ending after a terminal one; at once if it lies at or before `after`.
   * `return()` takes effect even while the generator waits for an event.
   */
  follow(generationId: string, after: number): AsyncGenerator<GenerationEvent, void, void> {
    const subscriber = new Subscriber();
    const generator = this.run(generationId, after, subscriber);
    const finish = generator.return.bind(generator);
    // A plain async generator that waits does not hear return() until it wakes: wake it first.
    generator.return = (value) => {
      subscriber.close();
      return finish(value);
    };
    return generator;
  }

  /** Ends every subscription, without a terminal event: clients reconnect with the last sequence they saw. */
  close(): void {
    this.closed = true;
    for (const set of this.subscribers.values()) for (const subscriber of set) subscriber.close();
  }

  private async *run(
    generationId: string,
    after: number,
    subscriber: Subscriber,
  ): AsyncGenerator<GenerationEvent, void, void> {
    if (this.closed) return;
    // Subscribed before the first read: what is committed meanwhile waits in the buffer.
    this.add(generationId, subscriber);
    try {
      let last = after;
      for await (const event of this.replay(generationId, last, false)) {
        last = event.sequence;
        yield event;
        if (isTerminal(event) || subscriber.closed) return;
      }
      const end = await this.log.end(generationId);
      if (end?.final && end.lastSequence <= last) return;
      // Ended between the two reads: nobody need ring any more, so what the buffer lacks is in the log.
      let behind = end?.final ?? false;

      while (!subscriber.closed) {
        const event = subscriber.shift();
        if (event && event.sequence <= last) continue;
        if (event && event.sequence === last + 1) {
          last = event.sequence;
          yield event;
          if (isTerminal(event)) return;
        } else if (event || subscriber.lagging || behind) {
          const coalesce = subscriber.lagging;
          subscriber.lagging = false;
          behind = false;
          for await (const missed of this.replay(generationId, last, coalesce)) {
            last = missed.sequence;
            yield missed;
            if (isTerminal(missed) || subscriber.closed) return;
          }
        } else {
          await subscriber.wait();
        }
      }
    } finally {
      this.remove(generationId, subscriber);
    }
  }

  private async *replay(
    generationId: string,
    after: number,
    coalesce: boolean,
  ): AsyncGenerator<GenerationEvent, void, void> {
    let last = after;
    for (;;) {
      const page = await this.log.read(generationId, last, pageSize);
      for (const [index, event] of page.entries()) {
        last = event.sequence;
        const next = page[index + 1];
        if (coalesce && event.type === 'GenerationProgressed' && next?.type === 'GenerationProgressed') continue;
        yield event;
      }
      if (page.length < pageSize) return;
    }
  }

  private add(generationId: string, subscriber: Subscriber): void {
    const set = this.subscribers.get(generationId) ?? new Set();
    this.subscribers.set(generationId, set.add(subscriber));
  }

  private remove(generationId: string, subscriber: Subscriber): void {
    const set = this.subscribers.get(generationId);
    set?.delete(subscriber);
    if (set?.size === 0) this.subscribers.delete(generationId);
  }
}

/** The live end of one subscription: a bounded buffer and a bell. */
class Subscriber {
  private buffer: GenerationEvent[] = [];
  private ring: (() => void) | null = null;
  lagging = false;
  closed = false;

  push(event: GenerationEvent): void {
    if (this.lagging) return;
    if (this.buffer.length === bufferSize) this.overflow();
    else this.buffer.push(event);
    this.ring?.();
  }

  /** Forgets what is buffered: the log has it. */
  overflow(): void {
    this.buffer = [];
    this.lagging = true;
    this.ring?.();
  }

  shift(): GenerationEvent | undefined {
    return this.buffer.shift();
  }

  close(): void {
    this.closed = true;
    this.ring?.();
  }

  /** Resolves at the next event, overflow or close. */
  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.ring = () => {
        this.ring = null;
        resolve();
      };
    });
  }
}
