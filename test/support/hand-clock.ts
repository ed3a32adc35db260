import type { Clock } from '../../src/clock.js';

/** A clock that stands still until it is moved. */
export class HandClock implements Clock {
  private milliseconds = Date.UTC(2026, 0, 1);

  now(): Date {
    return new Date(this.milliseconds);
  }

  pass(seconds: number): void {
    this.milliseconds += seconds * 1000;
  }
}
