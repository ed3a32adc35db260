import { type GenerationEvent, isTerminal } from './event.js';

/** Events that somebody may be behind and still be given each. At 20 events a second, 0.8 s. */
export const patience = 16;
/** Events older than that which nothing supersedes: starts, resumes, the last progress before each. */
const maxMilestones = 16;

/**
 * The newest events of one generation, in memory for all who follow it, whatever each has seen. It never grows beyond
 * `patience + maxMilestones` events.
 *
 * Invariant: of the events from `from` to the newest, all are here but superseded progress (that which is followed by progress)
 * more than `patience` events old. What lies before `from` only the log knows.
 */
export class RecentEvents {
  private events: GenerationEvent[] = [];
  private from = Number.POSITIVE_INFINITY;

  push(event: GenerationEvent): void {
    const newest = this.newest;
    // Told late: whoever was to see it has read it from the log.
    if (newest && event.sequence <= newest.sequence) return;
    if (!newest || event.sequence > newest.sequence + 1) {
      this.events = [];
      this.from = event.sequence;
    }
    this.events.push(event);
    // One event has just become too old to be kept for its own sake.
    const aged = this.events.length - 1 - patience;
    if (aged >= 0 && this.isSuperseded(aged)) this.events.splice(aged, 1);
    if (this.events.length > patience + maxMilestones) this.from = (this.events.shift()?.sequence ?? 0) + 1;
  }

  /** Whether the generation has ended and nothing follows `after`. */
  endsAt(after: number): boolean {
    const newest = this.newest;
    return newest !== undefined && isTerminal(newest) && newest.sequence <= after;
  }

  /** Whether each event after `after` is here. */
  reaches(after: number): boolean {
    return after + 1 >= this.from && !this.isFarBehind(after);
  }

  /** Whether whoever has seen no more than `after` is to catch up by leaving superseded progress out. */
  isFarBehind(after: number): boolean {
    return this.newest !== undefined && this.newest.sequence - after > patience;
  }

  /** What to show next to whoever has seen `after`: null if there is nothing newer, 'LOGGED' if only the log knows. */
  next(after: number): GenerationEvent | 'LOGGED' | null {
    const newest = this.newest;
    if (!newest || newest.sequence <= after) return null;
    if (after + 1 < this.from) return 'LOGGED';
    let index = this.events.findLastIndex((event) => event.sequence <= after) + 1;
    if (this.isFarBehind(after)) while (this.isSuperseded(index)) index += 1;
    return this.events[index] ?? null;
  }

  private get newest(): GenerationEvent | undefined {
    return this.events.at(-1);
  }

  private isSuperseded(index: number): boolean {
    return isSuperseded(this.events[index], this.events[index + 1]);
  }
}

/** Whether one who is far behind may do without `event`, given the one after it. */
export function isSuperseded(event: GenerationEvent | undefined, next: GenerationEvent | undefined): boolean {
  return event?.type === 'GenerationProgressed' && next?.type === 'GenerationProgressed';
}
