import { randomBytes } from 'node:crypto';
import { type Caller, maySee } from '../auth/caller.js';
import { requireRole } from '../auth/gate.js';
import type { Clock } from '../clock.js';
import { ChangeFeed } from '../events/change-feed.js';
import type { Log } from '../log.js';
import type { DeviceSnapshot, Scheduler } from '../scheduler/ports.js';
import type { ModelCatalog } from './catalog.js';
import { type CacheScope, type CreateParts, createMany, createOne } from './create.js';
import { Dispatcher } from './dispatcher.js';
import { priorityIssues } from './draft.js';
import { type EstimateRequest, type EstimateResult, estimate } from './estimate.js';
import { type GenerationFilter, type Slice, visibleTo } from './filter.js';
import type { InputIssue } from './issue.js';
import { isFinal } from './lifecycle.js';
import type { ArtifactFiles, Upload, Uploads, WorkInProgress } from './ports.js';
import type { GenerationRecord } from './record.js';
import type { CreateManyResult, CreateResult, GenerationRequest } from './request.js';
import { type RetryChange, type RetryResult, retry } from './retry.js';
import type { ServerSettings } from './server-settings.js';
import { maxSeed } from './settings.js';
import type { GenerationStore } from './store.js';

export interface ServiceParts {
  readonly store: GenerationStore;
  readonly scheduler: Scheduler;
  readonly catalog: ModelCatalog;
  readonly artifacts: ArtifactFiles;
  readonly uploads: Uploads;
  readonly work: WorkInProgress;
  readonly settings: ServerSettings;
  readonly clock: Clock;
  readonly log: Log;
  /** How many generations may wait. */
  readonly queueCapacity: number;
  readonly cacheScope: CacheScope;
}

/** What waits, the next one first, and what runs. */
export interface QueueState {
  readonly paused: boolean;
  readonly waiting: readonly string[];
  readonly running: readonly string[];
}

/**
 * The application: what can be done with generations. It validates and stores; the scheduler runs them and reports back.
 *
 * Every use case takes its caller. What belongs to somebody else is answered like what does not exist; see maySee. Those that
 * make or change something throw Refusal FORBIDDEN where the caller's role does not allow it.
 */
export class GenerationService {
  private readonly parts: CreateParts;
  private readonly dispatcher: Dispatcher;
  private readonly queueFeed = new ChangeFeed<QueueState>({
    read: () => [['queue', this.queue()]],
    onChange: (listener) => this.onChange(listener),
  });
  private readonly deviceFeed = new ChangeFeed<DeviceSnapshot>({
    read: () => this.options.scheduler.devices().map((device) => [device.id, device]),
    onChange: (listener) => this.options.scheduler.onChange(listener),
    facts: ({ observedAt: _, ...facts }) => facts,
  });

  constructor(private readonly options: ServiceParts) {
    const { store, scheduler, uploads, log } = options;
    this.dispatcher = new Dispatcher(store, scheduler, uploads, log);
    this.parts = { ...options, dispatcher: this.dispatcher, randomSeed };
  }

  get queueCapacity(): number {
    return this.options.queueCapacity;
  }

  /** With a key that was used before: the first result again, or a conflict. */
  create(caller: Caller, request: GenerationRequest): Promise<CreateResult> {
    return createOne(this.parts, caller, request);
  }

  /** All or none. */
  createMany(caller: Caller, requests: readonly GenerationRequest[]): Promise<CreateManyResult> {
    return createMany(this.parts, caller, requests);
  }

  /** Null if there is no such generation. */
  async retry(caller: Caller, id: string, change: RetryChange = {}): Promise<RetryResult | null> {
    const origin = await this.mine(caller, id);
    return origin && retry(this.parts, caller, origin, change);
  }

  estimate(request: EstimateRequest): EstimateResult {
    return estimate(this.parts, request);
  }

  /** Stops it before its next step. One that has ended is returned as it is; null if there is none. */
  async cancel(caller: Caller, id: string): Promise<GenerationRecord | null> {
    const generation = await this.mine(caller, id);
    if (!generation || isFinal(generation.status)) return generation;
    const { store, scheduler } = this.options;
    await scheduler.cancel(id);
    // Recorded by the scheduler already if it held the job: the first one counts, the second is dropped.
    await store.advance(id, { type: 'GenerationCanceled' });
    return store.get(id);
  }

  /** From the next step on, for one that runs too. One that has ended is returned as it is; null if there is none. */
  async setPriority(
    caller: Caller,
    id: string,
    priority: number,
  ): Promise<GenerationRecord | readonly InputIssue[] | null> {
    const generation = await this.mine(caller, id);
    const issues = priorityIssues(priority);
    if (!generation || issues.length > 0) return generation && issues;
    if (isFinal(generation.status)) return generation;
    this.dispatcher.setPriority(id, priority);
    return this.options.store.update(id, { priority });
  }

  /** Null if there is no such generation. */
  async setStarred(caller: Caller, id: string, starred: boolean): Promise<GenerationRecord | null> {
    return (await this.mine(caller, id)) && this.options.store.update(id, { starred });
  }

  /** Removes the record and its files; one that waits is canceled first. Null if there is none, the record if it runs. */
  async delete(caller: Caller, id: string): Promise<'deleted' | GenerationRecord | null> {
    const generation = await this.mine(caller, id);
    if (!generation) return null;
    if (generation.status === 'RUNNING') return generation;
    await this.cancel(caller, id);
    await this.options.store.remove(id, this.options.artifacts);
    await this.options.work.remove(id);
    return 'deleted';
  }

  /** While paused nothing new starts; it stays so after a restart. */
  async setQueuePaused(caller: Caller, paused: boolean): Promise<void> {
    requireRole(caller, 'ADMIN');
    await this.options.settings.setQueuePaused(paused);
    this.options.scheduler.setPaused(paused);
  }

  queue(): QueueState {
    const { waiting, running } = this.options.scheduler.queue();
    return { paused: this.options.scheduler.paused, waiting: [...waiting, ...this.dispatcher.waiting()], running };
  }

  /** Whether a retry need not denoise again. */
  async latentsKept({ id, status }: GenerationRecord): Promise<boolean> {
    return isFinal(status) && this.options.work.hasLatents(id);
  }

  /** 1 = next; null for one that has started. */
  position(id: string): number | null {
    return this.dispatcher.position(id);
  }

  /** The queue as it is, then whenever it has changed, at most twice a second. */
  watchQueue(): AsyncGenerator<QueueState, void, void> {
    return this.queueFeed.follow();
  }

  /** Each device as it is, or the one with this id; then whichever has changed, at most twice a second. */
  watchDevices(id?: string): AsyncGenerator<DeviceSnapshot, void, void> {
    return this.deviceFeed.follow(id);
  }

  async get(caller: Caller, id: string): Promise<GenerationRecord | null> {
    const generation = await this.options.store.get(id);
    return generation && maySee(caller, generation.clientId) ? generation : null;
  }

  /** Those of them that exist for the caller, in the order of the ids. */
  async getMany(caller: Caller, ids: readonly string[]): Promise<GenerationRecord[]> {
    const found = new Map((await this.options.store.getMany(ids)).map((one) => [one.id, one]));
    return ids.flatMap((id) => {
      const generation = found.get(id);
      return generation && maySee(caller, generation.clientId) ? [generation] : [];
    });
  }

  list(caller: Caller, filter: GenerationFilter, slice: Slice): Promise<GenerationRecord[]> {
    return this.options.store.list(visibleTo(caller, filter), slice);
  }

  count(caller: Caller, filter: GenerationFilter): Promise<number> {
    return this.options.store.count(visibleTo(caller, filter));
  }

  async upload(caller: Caller, id: string): Promise<Upload | null> {
    const upload = await this.options.uploads.get(id);
    return upload && maySee(caller, upload.clientId) ? upload : null;
  }

  /** A finished file by the sha256 of its content. */
  artifact(sha256: string): ReturnType<GenerationStore['artifact']> {
    return this.options.store.artifact(sha256);
  }

  /**
   * At start, before anything else: a paused queue stays paused, what ran when the server ended is queued again, to go on from
   * its checkpoint, and all that wait go on waiting in the order of their creation.
   */
  async recover(): Promise<void> {
    const { store, scheduler, settings, log } = this.options;
    if (await settings.queuePaused()) scheduler.setPaused(true);
    await this.sweepWork();
    const unfinished = await store.unfinished();
    const running = unfinished.filter(({ status }) => status === 'RUNNING');
    for (const generation of running) {
      const fromStep = await scheduler.checkpointedStep(await this.dispatcher.jobOf(generation));
      await store.advance(generation.id, { type: 'GenerationResumed', fromStep, cause: 'SERVER_RESTARTED' });
    }
    // What has run before first: where a key may run only so many, these are they.
    const waiting = unfinished.filter(({ status }) => status !== 'RUNNING');
    for (const generation of [...running, ...waiting]) await this.dispatcher.enter(generation);
    if (unfinished.length > 0) log.info({ count: unfinished.length }, 'Queued unfinished generations again');
  }

  /** A server that is killed between a generation's end and the clearing away leaves what was kept of it. */
  private async sweepWork(): Promise<void> {
    const { store, work } = this.options;
    const kept = await work.generations();
    const records = await store.getMany([...kept]);
    const needed = new Set(
      records.filter(({ status }) => status !== 'SUCCEEDED' && status !== 'CANCELED').map(({ id }) => id),
    );
    for (const id of kept) if (!needed.has(id)) await work.remove(id);
  }

  private onChange(listener: () => void): () => void {
    const unsubscribers = [this.options.scheduler.onChange(listener), this.dispatcher.onChange(listener)];
    return () => {
      for (const unsubscribe of unsubscribers) unsubscribe();
    };
  }

  /** For changing it. @throws Refusal FORBIDDEN */
  private mine(caller: Caller, id: string): Promise<GenerationRecord | null> {
    requireRole(caller, 'CREATOR');
    return this.get(caller, id);
  }
}

/** 53 random bits. */
function randomSeed(): number {
  return Number(randomBytes(8).readBigUInt64BE() & BigInt(maxSeed));
}
