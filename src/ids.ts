import { v7 } from 'uuid';

/** UUIDv7: time first, so that ids sort in the order of creation (monotonic within a process even inside one millisecond). */
export function newId(): string {
  return v7();
}

/** The least that an id of this time can be, for ranges: the first 48 bits of a UUIDv7 are milliseconds since 1970. */
export function leastIdAt(time: Date): string {
  const milliseconds = Math.min(Math.max(time.getTime(), 0), 2 ** 48 - 1);
  const digits = milliseconds.toString(16).padStart(12, '0');
  return `${digits.slice(0, 8)}-${digits.slice(8)}`;
}
