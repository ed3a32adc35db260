import { v7 } from 'uuid';

/** UUIDv7: time first, so that ids sort in the order of creation (monotonic within a process even inside one millisecond). */
export function newId(): string {
  return v7();
}
