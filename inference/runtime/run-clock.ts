/** How long a session's device waited from one run to the next, by this process's clock. */
export class RunClock {
  #endedAt: number | null = null;
  /** Before the last run that was begun; null where it was the first. */
  idleSeconds: number | null = null;

  begin(): void {
    this.idleSeconds = this.#endedAt === null ? null : (performance.now() - this.#endedAt) / 1000;
  }

  end(): void {
    this.#endedAt = performance.now();
  }
}
