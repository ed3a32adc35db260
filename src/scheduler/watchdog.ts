export interface WatchdogSettings {
  /** A unit may take so many times what is predicted. */
  readonly multiple: number;
  /** No unit is ended before: it is there to end what hangs, not to hurry what works. */
  readonly leastSeconds: number;
  /** No unit may take longer, whatever is predicted, or nothing. */
  readonly mostSeconds: number;
}
export const defaultWatchdog: WatchdogSettings = { multiple: 20, leastSeconds: 120, mostSeconds: 30 * 60 };

/** When a unit counts as hung. @param expectedSeconds null where nobody knows */
export function deadlineMs(expectedSeconds: number | null, settings: WatchdogSettings): number {
  const { multiple, leastSeconds, mostSeconds } = settings;
  if (expectedSeconds === null) return 1000 * mostSeconds;
  return 1000 * Math.min(mostSeconds, Math.max(leastSeconds, multiple * expectedSeconds));
}
