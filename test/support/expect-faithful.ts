import { expect } from 'vitest';
import { type GenerationEvent, isTerminal } from '../../src/events/event.js';
import { isSuperseded, patience } from '../../src/events/recent-events.js';
import type { MemoryLog } from './memory-log.js';

export interface Witness {
  /** The last sequence seen before it began. */
  readonly after: number;
  readonly seen: readonly Pick<GenerationEvent, 'sequence'>[];
  /** How far the log was when each event was seen. */
  readonly newest: readonly number[];
}

/**
 * Checks that what was seen of an ended log is the log, from `after` to the end, in order; and that what was left out is
 * progress that other progress followed at once, at a time when the witness was too far behind.
 */
export function expectFaithful(log: MemoryLog, { after, seen, newest }: Witness): void {
  let last = after;
  for (const [index, { sequence }] of seen.entries()) {
    expect(sequence).toBeGreaterThan(last);
    const skipped = log.events.slice(last, sequence - 1);
    for (const [offset, event] of skipped.entries()) {
      expect(isSuperseded(event, log.events[last + offset + 1])).toBe(true);
    }
    if (skipped.length > 0) expect((newest[index] ?? 0) - last).toBeGreaterThan(patience);
    last = sequence;
  }
  const final = log.events[(seen.at(-1)?.sequence ?? 0) - 1];
  expect(final ? isTerminal(final) : after >= log.events.length).toBe(true);
}
