export interface WatchdogSettings {
  /** A unit may take so many times what is predicted. */
  readonly multiple: number;
  /** No unit is ended before: it is there to end what hangs, not to hurry what works. */
  readonly leastSeconds: number;
  /** No unit may take longer, whatever is predicted, or nothing. */
  readonly mostSeconds: number;
}
export const defaultWatchdog: WatchdogSettings = { multiple: 20, leastSeconds: 120, mostSeconds: 30 * 60 };

/** Opening the sessions, beside reading: a context on a GPU and its libraries' kernels among it. */
const openSeconds = 30;
/** Of the slowest disk that is worth waiting for: a volume in a cloud that is read for the first time. */
const slowestBytesPerSecond = 20e6;
/** What was loaded before takes longer than that where memory has become scarce or the disk busy. */
const loadMultiple = 4;

/**
 * When loading a network counts as hung. It is known by its bytes what it may take, also the first time; twenty times what a page
 * cache made of it says nothing.
 * @param bytes of the stored weights
 * @param expectedSeconds null where nobody knows
 */
export function loadDeadlineMs(bytes: number, expectedSeconds: number | null, settings: WatchdogSettings): number {
  const { leastSeconds, mostSeconds } = settings;
  const readSeconds = bytes / slowestBytesPerSecond;
  const seconds = Math.max(Math.min(openSeconds, leastSeconds) + readSeconds, loadMultiple * (expectedSeconds ?? 0));
  return 1000 * Math.min(mostSeconds, seconds);
}

/** When another unit counts as hung. @param expectedSeconds null where nobody knows */
export function deadlineMs(expectedSeconds: number | null, settings: WatchdogSettings): number {
  const { multiple, leastSeconds, mostSeconds } = settings;
  if (expectedSeconds === null) return 1000 * mostSeconds;
  return 1000 * Math.min(mostSeconds, Math.max(leastSeconds, multiple * expectedSeconds));
}
