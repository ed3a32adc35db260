/** What has been opened, closed in the opposite order. (AsyncDisposableStack in small: Node 20 lacks it.) */
export class Disposal {
  private readonly closers: (() => unknown)[] = [];

  defer(close: () => unknown): void {
    this.closers.push(close);
  }

  /** Closes everything even if some of it fails; throws the first failure. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (let close = this.closers.pop(); close; close = this.closers.pop()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
