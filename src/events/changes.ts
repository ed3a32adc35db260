import { interruptible } from '../interruptible.js';

/** Between two readings for one subscriber: nobody reads faster than twice a second. */
const restMs = 500;

interface Source<T> {
  /** What there is now, each under its name. */
  readonly read: () => readonly (readonly [name: string, value: T])[];
  /** Calls back after every change, and returns the unsubscriber. */
  readonly onChange: (listener: () => void) => () => void;
  /** What counts as a change; the whole value if left out. */
  readonly facts?: (value: T) => unknown;
}

/**
 * State as a stream: what there is at once, then what has changed since it was last given, at most twice a second. Changes in
 * between are not remembered but read when their time comes, so a slow subscriber gets the latest and costs no memory.
 */
export function changes<T>({ read, onChange, facts = (value) => value }: Source<T>): AsyncGenerator<T, void, void> {
  const bell = new Bell();
  const unsubscribe = onChange(() => bell.ring());
  const given = new Map<string, string>();
  async function* run(): AsyncGenerator<T, void, void> {
    try {
      while (!bell.closed) {
        bell.quiet();
        for (const [name, value] of read()) {
          const now = JSON.stringify(facts(value));
          if (given.get(name) === now) continue;
          given.set(name, now);
          yield value;
          if (bell.closed) return;
        }
        await bell.rest(restMs);
        await bell.wait();
      }
    } finally {
      unsubscribe();
    }
  }
  return interruptible(run(), () => {
    // One that has not begun never reaches its finally.
    unsubscribe();
    bell.close();
  });
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
