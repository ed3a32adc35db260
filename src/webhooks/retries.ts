/** The first retry comes after this; each further one after four times as long, up to the longest. */
const firstSeconds = 5;
const factor = 4;
const longestSeconds = 12 * 60 * 60;

/** In all: 5 s, 20 s, 80 s, 5 min, 21 min, 85 min, 6 h, 12 h, 12 h. A receiver may be down for a day and a half. */
export const maxAttempts = 10;

/**
 * Seconds until the next attempt, or null to give up.
 * @param attempts made so far, at least 1
 * @param retryAfter what the receiver asked for: it may make the pause longer, never shorter
 * @param random in [0, 1): a quarter up or down, so that what failed together does not come back together
 */
export function retryDelay(attempts: number, retryAfter: number | null, random: number): number | null {
  if (attempts >= maxAttempts) return null;
  const delay = Math.min(longestSeconds, firstSeconds * factor ** (attempts - 1));
  return Math.max(delay * (0.75 + 0.5 * random), Math.min(longestSeconds, retryAfter ?? 0));
}
