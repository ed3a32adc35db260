import type { Log } from '../log.js';
import type { Job, Scheduler } from '../scheduler/ports.js';
import { isFinal } from './lifecycle.js';
import type { Uploads } from './ports.js';
import type { GenerationRecord } from './record.js';
import type { GenerationStore } from './store.js';

/**
 * Hands stored generations to the scheduler, at once but for two kinds, which it keeps back:
 * - one that follows an identical one in flight takes over the leader's result, or its place where the leader fails or is canceled;
 * - one whose key has as many with the scheduler as it may run at once waits until one of those has ended.
 *
 * What is kept back is in the database too (QUEUED, leaderId), so that `enter` restores all of this after a restart.
 */
export class Dispatcher {
  /** Followers by their leader. */
  private readonly followers = new Map<string, GenerationRecord[]>();
  /** Kept back by their key's quota, by key, in the order of their arrival. */
  private readonly held = new Map<string, GenerationRecord[]>();
  /** With the scheduler, by key, of the keys with a quota. */
  private readonly submitted = new Map<string, Set<string>>();
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly store: GenerationStore,
    private readonly scheduler: Scheduler,
    private readonly uploads: Uploads,
    private readonly log: Log,
  ) {
    store.onEvent(({ type, generationId }) => {
      if (type === 'GenerationSucceeded' || type === 'GenerationFailed' || type === 'GenerationCanceled') {
        this.ended(generationId).catch((error) =>
          log.error(
            { err: error, generationId },
            'What waited for a generation could not go on; a restart will try again',
          ),
        );
      }
    });
  }

  /** Takes in a stored generation; one that has ended already needs nothing. */
  async enter(generation: GenerationRecord): Promise<void> {
    if (isFinal(generation.status)) return;
    const { leaderId } = generation;
    if (leaderId === null) {
      await this.submit(generation);
      return;
    }
    this.followers.set(leaderId, [...(this.followers.get(leaderId) ?? []), generation]);
    this.changed();
    // The leader may have ended since the follower was stored; its end then rang before anybody listened.
    const leader = await this.store.get(leaderId);
    if (!leader || isFinal(leader.status)) await this.settle(leaderId);
  }

  /** What the scheduler has to know of a generation. */
  async jobOf(generation: GenerationRecord): Promise<Job> {
    const { id, clientId, firstFrameUploadId, retriedFromId } = generation;
    const { model, prompt, negativePrompt, settings, priority, createdAt, batching, outputs } = generation;
    const upload = firstFrameUploadId && (await this.uploads.get(firstFrameUploadId));
    return {
      generationId: id,
      client: clientId ?? 'anyone',
      ...{ model, prompt, negativePrompt, settings, priority, createdAt, batching, outputs },
      firstFrame: upload ? this.uploads.path(upload.sha256) : null,
      continues: retriedFromId,
    };
  }

  /** The ones kept back, in the order in which they are likely to go on. */
  waiting(): string[] {
    return [...this.held.values(), ...this.followers.values()].flat().map(({ id }) => id);
  }

  /** 1 = next; null for one that has started or is unknown. Who follows is as far as its leader. */
  position(id: string): number | null {
    const known = this.scheduler.position(id);
    if (known !== null) return known;
    for (const [leaderId, group] of this.followers) {
      if (group.some((one) => one.id === id)) return this.position(leaderId);
    }
    const index = [...this.held.values()].flat().findIndex((one) => one.id === id);
    return index < 0 ? null : this.scheduler.queue().waiting.length + index + 1;
  }

  setPriority(id: string, priority: number): void {
    if (this.scheduler.setPriority(id, priority)) return;
    for (const groups of [this.held, this.followers]) {
      for (const [key, group] of groups) {
        groups.set(
          key,
          group.map((one) => (one.id === id ? { ...one, priority } : one)),
        );
      }
    }
  }

  /** Calls back after every change of waiting(). Returns the unsubscriber. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** False where it has ended meanwhile. */
  private async submit(generation: GenerationRecord): Promise<boolean> {
    const { id, clientId } = generation;
    const job = await this.jobOf(generation);
    const limit = clientId === null ? null : await this.store.maxRunning(clientId);
    if (clientId !== null && limit !== null) {
      // Its end, if it came before this, has rung already and would never give back the place that it takes below.
      const current = await this.store.get(id);
      if (!current || isFinal(current.status)) return false;
      const submitted = this.submitted.get(clientId) ?? new Set();
      this.submitted.set(clientId, submitted);
      if (submitted.size >= limit) {
        this.held.set(clientId, [...(this.held.get(clientId) ?? []), current]);
        this.changed();
        return true;
      }
      submitted.add(id);
    }
    this.scheduler.submit(job);
    return true;
  }

  private async ended(id: string): Promise<void> {
    const waited = without(this.held, id) || without(this.followers, id);
    if (waited) this.changed();
    for (const [clientId, submitted] of this.submitted) {
      if (submitted.delete(id)) await this.release(clientId);
    }
    await this.settle(id);
  }

  /** The most urgent of a key's that wait for its quota, the oldest of them. */
  private async release(clientId: string): Promise<void> {
    for (;;) {
      const [first, ...others] = this.held.get(clientId) ?? [];
      if (!first) return;
      const next = others.reduce((best, one) => (one.priority > best.priority ? one : best), first);
      without(this.held, next.id);
      this.changed();
      if (await this.submit(next)) return;
    }
  }

  private async settle(leaderId: string): Promise<void> {
    const group = this.followers.get(leaderId);
    if (!group) return;
    this.followers.delete(leaderId);
    const leader = await this.store.get(leaderId);
    if (leader?.status === 'SUCCEEDED') {
      const { artifacts } = leader;
      for (const { id } of group)
        await this.store.advance(id, { type: 'GenerationSucceeded', artifacts, cached: true });
    } else {
      const next = await this.store.promote(group.map(({ id }) => id));
      this.log.info(
        { leaderId, next: next?.id, waiting: group.length },
        'A result that others waited for did not come',
      );
      const others = next ? group.filter(({ id }) => id !== next.id) : [];
      if (next && others.length > 0) this.followers.set(next.id, others);
      if (next) await this.submit(next);
    }
    this.changed();
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}

/** Takes one out of the group that holds it. False if none does. */
function without(groups: Map<string, GenerationRecord[]>, id: string): boolean {
  for (const [key, group] of groups) {
    const rest = group.filter((one) => one.id !== id);
    if (rest.length === group.length) continue;
    if (rest.length > 0) groups.set(key, rest);
    else groups.delete(key);
    return true;
  }
  return false;
}
