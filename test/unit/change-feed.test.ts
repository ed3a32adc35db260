import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ChangeFeed } from '../../src/events/change-feed.js';

/** Two values that a test changes. */
class Machine {
  readonly values = new Map([
    ['a', { level: 0, seen: 0 }],
    ['b', { level: 0, seen: 0 }],
  ]);
  readonly listeners = new Set<() => void>();
  reads = 0;

  set(name: string, level: number, seen = 0): void {
    this.values.set(name, { level, seen });
    for (const listener of this.listeners) listener();
  }

  readonly feed = new ChangeFeed({
    read: () => {
      this.reads += 1;
      return [...this.values];
    },
    onChange: (listener) => {
      this.listeners.add(listener);
      return () => this.listeners.delete(listener);
    },
    facts: ({ level }) => level,
  });

  follow(only?: string) {
    return this.feed.follow(only);
  }
}

let machine: Machine;
beforeEach(() => {
  vi.useFakeTimers();
  machine = new Machine();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Level of the next value, or what else became of the stream within so many milliseconds. */
async function within(ms: number, next: Promise<IteratorResult<{ level: number }, void>>): Promise<unknown> {
  const settled = next.then(({ value, done }) => (done ? 'ended' : value?.level));
  const timeout = new Promise((resolve) => setTimeout(resolve, ms, 'nothing'));
  await vi.advanceTimersByTimeAsync(ms);
  return Promise.race([settled, timeout]);
}

describe('a feed of changes', () => {
  it('begins with all that there is', async () => {
    const stream = machine.follow();
    expect([await within(0, stream.next()), await within(0, stream.next())]).toEqual([0, 0]);
    await stream.return();
  });

  it('gives the next half a second after the last reading at the earliest, and then with the latest value only', async () => {
    const stream = machine.follow();
    await stream.next();
    await stream.next();
    const next = stream.next();
    for (let level = 1; level <= 9; level++) machine.set('a', level);
    expect(await within(499, next)).toBe('nothing');
    expect(await within(1, next)).toBe(9);
    expect(machine.reads).toBe(2);
    await stream.return();
  });

  it('gives it at once where nothing has changed for long', async () => {
    const stream = machine.follow();
    await stream.next();
    await stream.next();
    const next = stream.next();
    expect(await within(10_000, next)).toBe('nothing');
    machine.set('b', 1);
    expect(await within(0, next)).toBe(1);
    await stream.return();
  });

  it('leaves out what is no change: a value set again, and what is no fact', async () => {
    const stream = machine.follow();
    await stream.next();
    await stream.next();
    const next = stream.next();
    machine.set('a', 0, 1);
    expect(await within(2000, next)).toBe('nothing');
    machine.set('a', 1);
    expect(await within(500, next)).toBe(1);
    await stream.return();
  });

  it('misses nothing that changes while the reader is busy', async () => {
    const stream = machine.follow();
    await stream.next();
    await stream.next();
    machine.set('a', 1);
    await vi.advanceTimersByTimeAsync(5000);
    machine.set('b', 2);
    const found = [await within(500, stream.next()), await within(0, stream.next())];
    expect(found).toEqual([1, 2]);
    await stream.return();
  });

  it('follows one of them', async () => {
    const stream = machine.follow('b');
    expect(await within(0, stream.next())).toBe(0);
    const next = stream.next();
    machine.set('a', 1);
    expect(await within(1000, next)).toBe('nothing');
    machine.set('b', 2);
    expect(await within(500, next)).toBe(2);
    await stream.return();
  });

  it('gives all who read between two changes the same objects, and none for longer than half a second', async () => {
    const streams = [machine.follow('a'), machine.follow('a'), machine.follow('a')] as const;
    const [first, second] = await Promise.all([streams[0].next(), streams[1].next()]);
    expect(first.value).toBe(second.value);
    expect(machine.reads).toBe(1);
    machine.values.set('a', { level: 0, seen: 1 });
    await vi.advanceTimersByTimeAsync(500);
    expect((await streams[2].next()).value).toEqual({ level: 0, seen: 1 });
    expect(machine.listeners.size).toBe(1);
    for (const stream of streams) await stream.return();
    expect(machine.listeners.size).toBe(0);
  });

  it.each([
    ['before it began', 0, 0],
    ['while it rests', 2, 0],
    ['while it waits', 2, 10_000],
  ])('ends at once when it is left %s, and lets go of everything', async (_when, read, wait) => {
    const stream = machine.follow();
    for (let n = 0; n < read; n++) await stream.next();
    const next = read > 0 ? stream.next() : undefined;
    await vi.advanceTimersByTimeAsync(wait);
    await stream.return();
    if (next) expect(await within(0, next)).toBe('ended');
    expect(machine.listeners.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
