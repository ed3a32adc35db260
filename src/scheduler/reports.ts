/** Writes reports one after the other, each begun when the last one is written. */
export class Reports {
  #last: Promise<void> = Promise.resolve();

  /** Does not wait. What goes wrong is told to the next who does. */
  add(write: () => Promise<void>): void {
    this.#last = this.#last.then(write);
    this.#last.catch(() => {}); // looked at in written()
  }

  /** Resolves when all are written. @throws what the first of them threw that went wrong */
  written(): Promise<void> {
    return this.#last;
  }
}
