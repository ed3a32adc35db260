/** Uniform in 0 … 1, the same sequence for the same seed (mulberry32). */
export type Random = () => number;

export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Seconds until the next of events that come by themselves, so many a second. */
export function untilNext(random: Random, rate: number): number {
  return -Math.log(1 - random()) / rate;
}

/** A whole number from 0 to `count` − 1. */
export function pick(random: Random, count: number): number {
  return Math.floor(random() * count);
}
