import type { Session } from './session.js';

interface Entry {
  readonly key: string;
  readonly sessions: Promise<readonly Session[]>;
  readonly memory: { settled: boolean };
  users: number;
}

/**
 * Sessions whose graphs hold for one size of input. Those of the size last asked for stay open, others only as long as
 * somebody is using them: two videos of different sizes may be decoded in turns.
 */
export class SizedSessions {
  private readonly entries = new Set<Entry>();
  private latest: Entry | undefined;

  /** Opens or finds the sessions of a size; every call wants a `release` in the end. */
  async acquire(key: string, open: () => Promise<readonly Session[]>): Promise<Lease> {
    const known = [...this.entries].find((entry) => entry.key === key);
    const entry = known ?? { key, sessions: open(), memory: { settled: false }, users: 0 };
    this.entries.add(entry);
    this.latest = entry;
    entry.users++;
    try {
      for (const other of this.entries) await this.closeIdle(other);
      return { sessions: await entry.sessions, memory: entry.memory, release: () => this.release(entry) };
    } catch (error) {
      this.entries.delete(entry);
      throw error;
    }
  }

  /** Closes everything, in use or not. */
  async close(): Promise<void> {
    this.latest = undefined;
    for (const entry of this.entries) {
      entry.users = 0;
      await this.closeIdle(entry);
    }
  }

  private async release(entry: Entry): Promise<void> {
    entry.users--;
    await this.closeIdle(entry);
  }

  private async closeIdle(entry: Entry): Promise<void> {
    if (entry.users > 0 || entry === this.latest || !this.entries.delete(entry)) return;
    for (const session of await entry.sessions) await session.close();
  }
}

export interface Lease {
  readonly sessions: readonly Session[];
  /** Of all who use these sessions, for as long as they are open: `settled` once their runs need no memory that they do not have. */
  readonly memory: { settled: boolean };
  release(): Promise<void>;
}
