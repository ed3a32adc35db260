import { randomBytes } from 'node:crypto';
import { newId } from '../ids.js';
import type { Log } from '../log.js';
import type { Job, Scheduler } from '../scheduler/ports.js';
import { defaultOutputs } from '../video/outputs.js';
import type { ModelCatalog } from './catalog.js';
import { inputHash } from './idempotency.js';
import type { InputIssue } from './issue.js';
import { isFinal } from './lifecycle.js';
import { promptIssues } from './prompt.js';
import type { GenerationRecord } from './record.js';
import { isResolved, maxSeed, resolveSettings, type SettingsInput } from './settings.js';
import type { GenerationFilter, GenerationStore, Slice } from './store.js';

export interface CreateGeneration {
  /** Name of a model; the default one if left out. */
  readonly model?: string | null | undefined;
  readonly prompt: string;
  readonly negativePrompt?: string | null | undefined;
  readonly settings?: SettingsInput | null | undefined;
  readonly priority?: number | null | undefined;
  readonly remixedFromId?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
}

export type CreateResult =
  | { readonly kind: 'created'; readonly generation: GenerationRecord; readonly replayed: boolean }
  | { readonly kind: 'invalidInput'; readonly issues: readonly InputIssue[] }
  | { readonly kind: 'unknownModel'; readonly model: string }
  | { readonly kind: 'unknownGeneration'; readonly id: string }
  | { readonly kind: 'queueFull'; readonly capacity: number; readonly retryAfterSeconds: number | null }
  | { readonly kind: 'idempotencyConflict'; readonly existing: GenerationRecord };

export const priorities = { min: -100, max: 100, default: 0 } as const;

export interface ServiceOptions {
  /** How many generations may wait. */
  readonly queueCapacity: number;
}

/** The application: what can be done with generations. It validates and stores; the scheduler runs them and reports back. */
export class GenerationService {
  readonly queueCapacity: number;

  constructor(
    private readonly store: GenerationStore,
    private readonly scheduler: Scheduler,
    private readonly catalog: ModelCatalog,
    private readonly log: Log,
    options: ServiceOptions = { queueCapacity: 100 },
  ) {
    this.queueCapacity = options.queueCapacity;
  }

  /** Validates, stores and queues. With a key that was used before: the first result again, or a conflict. */
  async create(input: CreateGeneration): Promise<CreateResult> {
    const { idempotencyKey, ...content } = input;
    const hash = idempotencyKey ? inputHash(content) : null;
    const earlier = idempotencyKey ? await this.store.byKey(idempotencyKey) : null;
    if (earlier) return replay(earlier, hash);

    const model = input.model ? this.catalog.get(input.model) : this.catalog.default;
    if (!model) return { kind: 'unknownModel', model: input.model ?? '' };
    const resolved = resolveSettings(input.settings ?? {}, model, randomSeed);
    const issues = [
      ...(await promptIssues('prompt', input.prompt, model)),
      ...(await promptIssues('negativePrompt', input.negativePrompt ?? '', model)),
      ...(isResolved(resolved) ? [] : resolved),
      ...priorityIssues(input.priority),
    ];
    if (issues.length > 0 || !isResolved(resolved)) return { kind: 'invalidInput', issues };
    const remixedFromId = input.remixedFromId ?? null;
    if (remixedFromId && !(await this.store.get(remixedFromId)))
      return { kind: 'unknownGeneration', id: remixedFromId };

    const stored = await this.store.insert(
      {
        id: newId(),
        priority: input.priority ?? priorities.default,
        prompt: input.prompt.trim(),
        negativePrompt: (input.negativePrompt ?? '').trim(),
        model: model.name,
        ...resolved,
        idempotencyKey: idempotencyKey ?? null,
        inputHash: hash,
        remixedFromId,
        retriedFromId: null,
        clientId: null,
        batching: 'AUTO',
        outputs: defaultOutputs,
        firstFrameUploadId: null,
        webhookUrl: null,
        requestHash: null,
        seedlessHash: null,
      },
      this.queueCapacity,
    );
    if ('existing' in stored) return replay(stored.existing, hash);
    if ('full' in stored) {
      return { kind: 'queueFull', capacity: this.queueCapacity, retryAfterSeconds: await this.secondsUntilNextStart() };
    }
    this.scheduler.submit(toJob(stored));
    return { kind: 'created', generation: stored, replayed: false };
  }

  /** Stops it before its next step. One that has ended is returned as it is; null if there is none. */
  async cancel(id: string): Promise<GenerationRecord | null> {
    const generation = await this.store.get(id);
    if (!generation || isFinal(generation.status)) return generation;
    await this.scheduler.cancel(id);
    // Recorded by the scheduler already if it held the job: the first one counts, the second is dropped.
    await this.store.advance(id, { type: 'GenerationCanceled' });
    return this.store.get(id);
  }

  get(id: string): Promise<GenerationRecord | null> {
    return this.store.get(id);
  }

  list(filter: GenerationFilter, slice: Slice): Promise<GenerationRecord[]> {
    return this.store.list(filter, slice);
  }

  count(filter: GenerationFilter): Promise<number> {
    return this.store.count(filter);
  }

  /** A finished file by the sha256 of its content. */
  artifact(sha256: string): ReturnType<GenerationStore['artifact']> {
    return this.store.artifact(sha256);
  }

  /**
   * At start, before anything else: what ran when the server ended is queued again from its first step, and all that wait are
   * handed to the scheduler in the order of their creation.
   */
  async recover(): Promise<void> {
    const unfinished = await this.store.unfinished();
    for (const generation of unfinished) {
      if (generation.status === 'RUNNING') {
        await this.store.advance(generation.id, { type: 'GenerationResumed', fromStep: 0, cause: 'SERVER_RESTARTED' });
      }
    }
    for (const generation of unfinished) this.scheduler.submit(toJob(generation));
    if (unfinished.length > 0) this.log.info({ count: unfinished.length }, 'Queued unfinished generations again');
  }

  private async secondsUntilNextStart(): Promise<number | null> {
    const running = await this.store.list({ statuses: ['RUNNING'] }, { from: 'newest', limit: 100 });
    const known = running.map((one) => one.progress.secondsRemaining).filter((seconds) => seconds !== null);
    return known.length > 0 ? Math.min(...known) : null;
  }
}

function replay(existing: GenerationRecord, hash: string | null): CreateResult {
  return existing.inputHash === hash
    ? { kind: 'created', generation: existing, replayed: true }
    : { kind: 'idempotencyConflict', existing };
}

function priorityIssues(priority: number | null | undefined): InputIssue[] {
  const { min, max } = priorities;
  if (priority === null || priority === undefined || (priority >= min && priority <= max)) return [];
  const code = priority < min ? 'TOO_SMALL' : 'TOO_LARGE';
  return [
    { path: ['priority'], code, message: `priority must be a whole number from ${min} to ${max}; ${priority} is not.` },
  ];
}

function toJob(generation: GenerationRecord): Job {
  const { id: generationId, model, prompt, negativePrompt, settings, priority, createdAt } = generation;
  const job = { generationId, model, prompt, negativePrompt, settings, priority, createdAt };
  return { ...job, client: 'anyone', batching: 'AUTO', outputs: defaultOutputs, firstFrame: null, continues: null };
}

/** 53 random bits. */
function randomSeed(): number {
  return Number(randomBytes(8).readBigUInt64BE() & BigInt(maxSeed));
}
