/**
 * From callbacks to `for await`: whoever sends never waits, whoever reads gets all of it in order, then the end or the failure.
 * For one reader.
 */
export class Channel<T> {
  private readonly waiting: T[] = [];
  private ending: { readonly failure?: unknown } | null = null;
  private wake: () => void = () => {};

  send(value: T): void {
    if (this.ending) return;
    this.waiting.push(value);
    this.wake();
  }

  end(): void {
    this.ending ??= {};
    this.wake();
  }

  /** The reader gets what was sent before, then this. */
  fail(failure: unknown): void {
    this.ending ??= { failure };
    this.wake();
  }

  /** The reader gets this at once: what was sent and not read is dropped. */
  abort(reason: unknown): void {
    this.waiting.length = 0;
    this.ending = { failure: reason };
    this.wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    for (;;) {
      while (this.waiting.length > 0) yield this.waiting.shift() as T;
      if (this.ending) {
        if ('failure' in this.ending) throw this.ending.failure;
        return;
      }
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }
}
