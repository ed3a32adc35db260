import { describe, expect, it } from 'vitest';
import type { GenerationEvent } from '../../src/events/event.js';
import { EventStream } from '../../src/events/event-stream.js';
import { patience } from '../../src/events/recent-events.js';
import { ended, MemoryLog, progressed, queued, resumed } from '../support/memory-log.js';

async function take(events: AsyncGenerator<GenerationEvent>, count: number): Promise<number[]> {
  const sequences: number[] = [];
  while (sequences.length < count) {
    const { value, done } = await events.next();
    if (done) break;
    sequences.push(value.sequence);
  }
  return sequences;
}

async function all(events: AsyncGenerator<GenerationEvent>): Promise<number[]> {
  return take(events, Number.POSITIVE_INFINITY);
}

const upTo = (last: number, from = 1) => Array.from({ length: last - from + 1 }, (_, index) => from + index);

describe('a stream of events', () => {
  it('has no gap where events are written while it reads the log', async () => {
    const log = new MemoryLog();
    const stream = new EventStream(log);
    log.append(queued);
    log.append(progressed(1));
    // After the page is read and before the stream goes on: three more, the last one final.
    log.beforeRead = () => {
      log.beforeRead = () => {};
      for (const body of [progressed(2), progressed(3), ended]) stream.publish(log.append(body));
    };
    expect(await all(stream.follow('g', 0))).toEqual(upTo(5));
    expect(stream.size).toBe(0);
  });

  it('reads the log again where it was told of an event out of order', async () => {
    const log = new MemoryLog();
    const stream = new EventStream(log);
    log.append(queued);
    const events = stream.follow('g', 0);
    expect(await take(events, 1)).toEqual([1]);
    const waiting = events.next();
    const [second, third] = [log.append(progressed(1)), log.append(progressed(2))];
    stream.publish(third);
    stream.publish(second);
    expect((await waiting).value).toMatchObject({ sequence: 2 });
    expect(await take(events, 1)).toEqual([3]);
    stream.publish(log.append(ended));
    expect(await all(events)).toEqual([4]);
  });

  it('ends where the end was written before it listened, and nobody told it', async () => {
    const log = new MemoryLog();
    const stream = new EventStream(log);
    log.append(queued);
    log.beforeRead = () => {
      log.beforeRead = () => {};
      log.append(ended);
    };
    expect(await all(stream.follow('g', 0))).toEqual([1, 2]);
  });

  it('is read in pages', async () => {
    const log = new MemoryLog();
    log.append(queued);
    for (let step = 1; step <= 250; step++) log.append(progressed(step));
    log.append(ended);
    expect(await all(new EventStream(log).follow('g', 0))).toEqual(upTo(252));
    expect(log.reads).toBe(3);
  });

  it('costs no memory where it is read slowly, and then shows the latest of each run', async () => {
    const log = new MemoryLog();
    const stream = new EventStream(log);
    log.append(queued);
    const slow = stream.follow('g', 0);
    expect(await take(slow, 1)).toEqual([1]);
    const next = slow.next();
    stream.publish(log.append(progressed(1)));
    expect((await next).value).toMatchObject({ sequence: 2 });

    const reads = log.reads;
    for (let step = 2; step <= 60; step++) stream.publish(log.append(progressed(step)));
    stream.publish(log.append(resumed));
    for (let step = 1; step <= 20; step++) stream.publish(log.append(progressed(step)));
    // 61 is the last of the first run of progress, 62 the resume, 82 the last of the second.
    expect(await take(slow, 3)).toEqual([61, 62, 82]);
    expect(log.reads).toBe(reads);
    stream.publish(log.append(ended));
    expect(await all(slow)).toEqual([83]);
  });

  it('gives each event to whoever is not further behind than its patience', async () => {
    const log = new MemoryLog();
    const stream = new EventStream(log);
    log.append(queued);
    const events = stream.follow('g', 0);
    expect(await take(events, 1)).toEqual([1]);
    const next = events.next();
    stream.publish(log.append(progressed(1)));
    await next;
    for (let step = 2; step <= patience + 1; step++) stream.publish(log.append(progressed(step)));
    expect(await take(events, patience)).toEqual(upTo(patience + 2, 3));
    for (let step = 1; step <= patience + 1; step++) stream.publish(log.append(progressed(step)));
    expect(await take(events, 1)).toEqual([2 * patience + 3]);
    await events.return();
  });

  it('needs no log for those who come back soon while others listen', async () => {
    const log = new MemoryLog();
    const stream = new EventStream(log);
    log.append(queued);
    const first = stream.follow('g', 1);
    const next = first.next();
    await first.next;
    for (let step = 1; step <= 5; step++) stream.publish(log.append(progressed(step)));
    await next;
    const reads = log.reads;
    const back = stream.follow('g', 3);
    expect(await take(back, 3)).toEqual([4, 5, 6]);
    const ahead = stream.follow('g', 999).next();
    stream.publish(log.append(ended));
    expect(await all(back)).toEqual([7]);
    expect((await ahead).done).toBe(true);
    expect(log.reads).toBe(reads);
    await first.return();
  });

  it('ends for whoever follows what is deleted', async () => {
    const log = new MemoryLog();
    const stream = new EventStream(log);
    expect(await all(stream.follow('g', 0))).toEqual([]);
    log.append(queued);
    const events = stream.follow('g', 0);
    expect(await take(events, 1)).toEqual([1]);
    const next = events.next();
    const [second, third] = [log.append(progressed(1)), log.append(progressed(2))];
    expect(second).toBeDefined();
    log.events.length = 0;
    stream.publish(third);
    expect((await next).done).toBe(true);
  });

  it('lets go at once when its reader leaves, waiting or not yet begun', async () => {
    const log = new MemoryLog();
    const stream = new EventStream(log);
    log.append(queued);
    const waiting = stream.follow('g', 1);
    const next = waiting.next();
    const begun = stream.follow('g', 0);
    await begun.next();
    const unread = stream.follow('g', 0);
    await Promise.all([waiting.return(), begun.return(), unread.return()]);
    expect(await next).toEqual({ value: undefined, done: true });
    expect(await unread.next()).toEqual({ value: undefined, done: true });
    expect(stream.size).toBe(0);
  });

  it('ends for all when the server does', async () => {
    const log = new MemoryLog();
    const stream = new EventStream(log);
    log.append(queued);
    const events = stream.follow('g', 1);
    const next = events.next();
    stream.close();
    expect(await next).toEqual({ value: undefined, done: true });
    expect(await all(stream.follow('g', 0))).toEqual([]);
  });

  it('belongs to one generation', async () => {
    const log = new MemoryLog();
    const stream = new EventStream(log);
    log.append(queued);
    const events = stream.follow('g', 1);
    const next = events.next();
    stream.publish({ ...ended, generationId: 'other', sequence: 2, occurredAt: new Date(0) });
    stream.publish(log.append(ended));
    expect((await next).value).toMatchObject({ generationId: 'g', sequence: 2 });
    expect(await all(events)).toEqual([]);
  });
});
