/** How many of each are inside, up to a limit. */
export class Tally<T> {
  private readonly counts = new Map<T, number>();

  constructor(private readonly limit: number) {}

  /** Returns what lets it out again, or null where it is full. */
  enter(one: T): (() => void) | null {
    const count = this.counts.get(one) ?? 0;
    if (count >= this.limit) return null;
    this.counts.set(one, count + 1);
    let inside = true;
    return () => {
      if (!inside) return;
      inside = false;
      const left = (this.counts.get(one) ?? 1) - 1;
      if (left > 0) this.counts.set(one, left);
      else this.counts.delete(one);
    };
  }
}
