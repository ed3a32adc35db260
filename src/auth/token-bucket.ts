/**
 * Requests a minute: the bucket holds one minute's worth, is full at first and fills at an even rate. So a page that asks for
 * many things at once gets them, and nobody stays above the rate.
 */
export class TokenBucket {
  private tokens: number;

  constructor(
    private readonly perMinute: number,
    /** Milliseconds, of any clock as long as it is the same one. */
    private filledAt: number,
  ) {
    this.tokens = perMinute;
  }

  /** Takes `cost` tokens and returns 0; or takes nothing and returns the seconds until there will be enough. */
  take(cost: number, now: number): number {
    this.fill(now);
    const missing = cost - this.tokens;
    // Ten requests of a tenth are one request: without the margin, rounding would refuse the last of them.
    if (missing > 1e-9) return (missing / this.perMinute) * 60;
    this.tokens -= cost;
    return 0;
  }

  /** Takes what has been used already, also where there is not enough: the next ones wait until the debt is paid. */
  debit(cost: number, now: number): void {
    this.fill(now);
    this.tokens -= cost;
  }

  private fill(now: number): void {
    // A clock that was set back must not empty the bucket.
    const elapsed = Math.max(0, now - this.filledAt);
    this.tokens = Math.min(this.perMinute, this.tokens + (elapsed / 60_000) * this.perMinute);
    this.filledAt = now;
  }
}
