/**
 * Arrays that are made before they are needed, and their pages touched: to be given new megabytes takes from a half to thirty milliseconds
 * (page faults, garbage that is collected first), in which a GPU would wait (test/bench/RESULTS.md).
 */
export class ArrayStock {
  #stock = new Map<number, Float32Array[]>();
  /** How many of each length, since the stock was filled. */
  #taken = new Map<number, number>();

  /** An array of any content, the taker's to keep. */
  take(length: number): Float32Array {
    this.#taken.set(length, (this.#taken.get(length) ?? 0) + 1);
    return this.#stock.get(length)?.pop() ?? new Float32Array(length);
  }

  /** Brings it to as many as were taken since the last time, and lets go of other lengths: when there is time. */
  fill(): void {
    const stock = new Map<number, Float32Array[]>();
    for (const [length, count] of this.#taken) {
      const arrays = this.#stock.get(length)?.slice(0, count) ?? [];
      while (arrays.length < count) arrays.push(new Float32Array(length).fill(0));
      stock.set(length, arrays);
    }
    this.#stock = stock;
    this.#taken = new Map();
  }
}

/** One for the process, as there is one thread that takes from it. */
export const arrayStock = new ArrayStock();
