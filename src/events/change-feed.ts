import { interruptible } from '../interruptible.js';

/** Between two readings for one follower: nobody reads faster than twice a second. */
const restMs = 500;

interface Source<T> {
  /** What there is now, each under its name. */
  readonly read: () => readonly (readonly [name: string, value: T])[];
  /** Calls back after every change, and returns the unsubscriber. */
  readonly onChange: (listener: () => void) => () => void;
  /** What counts as a change; the whole value if left out. */
  readonly facts?: (value: T) => unknown;
}

interface Entry<T> {
  readonly name: string;
  readonly value: T;
  /** The facts, to compare. */
  readonly text: string;
}

/**
 * State as a stream: what there is at once, then what has changed since it was last given, at most twice a second. Changes in
 * between are not remembered but read when their time comes, so a slow follower gets the latest and costs no memory.
 *
 * Followers that read between the same two changes get the same objects, and so can share what is made of them.
 */
export class ChangeFeed<T> {
  private readonly followers = new Set<Bell>();
  private reading: { readonly entries: readonly Entry<T>[]; readonly at: number } | null = null;
  private unsubscribe: (() => void) | null = null;

  constructor(private readonly source: Source<T>) {}

  /** Only what has this name, if one is given. `return()` takes effect even while the generator waits. */
  follow(only?: string): AsyncGenerator<T, void, void> {
    const bell = new Bell();
    this.add(bell);
    return interruptible(this.run(bell, only), () => {
      bell.close();
      // A generator that has not begun never reaches its finally.
      this.remove(bell);
    });
  }

  private async *run(bell: Bell, only: string | undefined): AsyncGenerator<T, void, void> {
    const given = new Map<string, string>();
    try {
      while (!bell.closed) {
        bell.quiet();
        for (const { name, value, text } of this.read()) {
          if ((only !== undefined && name !== only) || given.get(name) === text) continue;
          given.set(name, text);
          yield value;
          if (bell.closed) return;
        }
        await bell.rest(restMs);
        await bell.wait();
      }
    } finally {
      this.remove(bell);
    }
  }

  /** What hangs on a value (how far a running generation is) may change without a change of its own: no reading lasts. */
  private read(): readonly Entry<T>[] {
    const now = performance.now();
    if (this.reading && now - this.reading.at < restMs) return this.reading.entries;
    const { read, facts = (value) => value } = this.source;
    const entries = read().map(([name, value]) => ({ name, value, text: JSON.stringify(facts(value)) }));
    this.reading = { entries, at: now };
    return entries;
  }

  private add(bell: Bell): void {
    this.followers.add(bell);
    this.unsubscribe ??= this.source.onChange(() => {
      this.reading = null;
      for (const follower of this.followers) follower.ring();
    });
  }

  private remove(bell: Bell): void {
    this.followers.delete(bell);
    if (this.followers.size > 0) return;
    this.unsubscribe?.();
    this.unsubscribe = null;
    this.reading = null;
  }
}

/** Rings are remembered until `quiet`; `close` ends every wait. */
class Bell {
  closed = false;
  private rung = false;
  private wake: (() => void) | null = null;
  private cutShort: (() => void) | null = null;

  ring(): void {
    this.rung = true;
    this.wake?.();
  }

  quiet(): void {
    this.rung = false;
  }

  close(): void {
    this.closed = true;
    this.wake?.();
    this.cutShort?.();
  }

  /** Resolves once it has rung since `quiet`. */
  async wait(): Promise<void> {
    if (this.rung || this.closed) return;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
    });
  }

  /** Resolves after a time, whatever rings. */
  async rest(ms: number): Promise<void> {
    if (this.closed) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.cutShort = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
