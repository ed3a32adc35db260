import { interruptible } from '../interruptible.js';
import { type GenerationEvent, isTerminal } from './event.js';
import type { EventLogReader } from './event-log.js';
import { isSuperseded, RecentEvents } from './recent-events.js';

const pageSize = 100;

/**
 * The log as a stream. A subscription replays what is stored after a sequence, then follows live. It is a place in the log and a
 * bell, nothing more: the newest events lie in one window for all subscriptions of a generation, and what that does not hold is
 * read from the log. So nothing is missed, nothing comes twice, and a subscriber that reads too slowly costs no memory: once it
 * is further behind than the window, superseded progress is left out. Only then sequences are skipped.
 *
 * All subscriptions are given the same object for one live event, which is what lets api/fan-out.ts render it once.
 */
export class EventStream {
  private readonly feeds = new Map<string, Feed>();
  private closed = false;

  constructor(readonly log: EventLogReader) {}

  /** Called after the commit of the transaction that wrote the event. */
  publish(event: GenerationEvent): void {
    const feed = this.feeds.get(event.generationId);
    if (!feed) return;
    feed.recent.push(event);
    for (const bell of feed.bells) bell.ring();
  }

  /** How many subscriptions are open, for tests and metrics. */
  get size(): number {
    let size = 0;
    for (const { bells } of this.feeds.values()) size += bells.size;
    return size;
  }

  /**
   * Events with a sequence greater than `after`, ending after a terminal one; at once if it lies at or before `after`.
   * `return()` takes effect even while the generator waits for an event.
   */
  follow(generationId: string, after: number): AsyncGenerator<GenerationEvent, void, void> {
    const bell = new Bell();
    return interruptible(this.run(generationId, after, bell), () => bell.silence());
  }

  /** Ends every subscription, without a terminal event: clients reconnect with the last sequence they saw. */
  close(): void {
    this.closed = true;
    for (const { bells } of this.feeds.values()) for (const bell of bells) bell.silence();
  }

  private async *run(generationId: string, after: number, bell: Bell): AsyncGenerator<GenerationEvent, void, void> {
    if (this.closed) return;
    // Joined before the first read: what is committed meanwhile is in the window.
    const { recent } = this.join(generationId, bell);
    try {
      let last = after;
      let stored = !recent.reaches(last);
      while (stored) {
        for await (const event of this.replay(generationId, last, false)) {
          last = event.sequence;
          yield event;
          if (isTerminal(event) || bell.silent) return;
        }
        const end = await this.log.end(generationId);
        if (!end || (end.final && end.lastSequence <= last)) return;
        // Ended between the two reads, and perhaps before anybody listened: the rest is in the log.
        stored = end.final;
      }
      while (!bell.silent && !recent.endsAt(last)) {
        const next = recent.next(last);
        if (next === null) {
          await bell.rung();
        } else if (next === 'LOGGED') {
          const before = last;
          for await (const event of this.replay(generationId, last, recent.isFarBehind(last))) {
            last = event.sequence;
            yield event;
            if (isTerminal(event) || bell.silent) return;
          }
          // Published and not in the log any more: the generation was deleted.
          if (last === before) return;
        } else {
          last = next.sequence;
          yield next;
        }
      }
    } finally {
      this.leave(generationId, bell);
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
        if (!coalesce || !isSuperseded(event, page[index + 1])) yield event;
      }
      if (page.length < pageSize) return;
    }
  }

  private join(generationId: string, bell: Bell): Feed {
    const feed = this.feeds.get(generationId) ?? { recent: new RecentEvents(), bells: new Set() };
    this.feeds.set(generationId, feed);
    feed.bells.add(bell);
    return feed;
  }

  private leave(generationId: string, bell: Bell): void {
    const feed = this.feeds.get(generationId);
    feed?.bells.delete(bell);
    if (feed?.bells.size === 0) this.feeds.delete(generationId);
  }
}

/** What all subscriptions of one generation share, as long as there is one. */
interface Feed {
  readonly recent: RecentEvents;
  readonly bells: Set<Bell>;
}

/** Wakes one subscription. */
class Bell {
  private wake: (() => void) | null = null;
  silent = false;

  ring(): void {
    this.wake?.();
    this.wake = null;
  }

  /** For good: its subscription ends. */
  silence(): void {
    this.silent = true;
    this.ring();
  }

  /** Resolves at the next ring. */
  rung(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }
}
