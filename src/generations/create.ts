import type { Caller } from '../auth/caller.js';
import { requireRole } from '../auth/gate.js';
import type { Clock } from '../clock.js';
import type { Dispatcher } from './dispatcher.js';
import { type DraftParts, draft, type Origin } from './draft.js';
import { visibleTo } from './filter.js';
import { inputHash } from './idempotency.js';
import type { Draft } from './insertion.js';
import type { InputIssue } from './issue.js';
import type { ArtifactFiles } from './ports.js';
import type { GenerationRecord } from './record.js';
import { type Created, type CreateManyResult, type CreateResult, type GenerationRequest, maxBatch } from './request.js';

/** Whose videos may answer a request: those that its caller may see, or everybody's. */
export type CacheScope = 'key' | 'server';

export interface CreateParts extends DraftParts {
  readonly dispatcher: Dispatcher;
  readonly artifacts: ArtifactFiles;
  readonly clock: Clock;
  /** How many generations may wait. */
  readonly queueCapacity: number;
  readonly cacheScope: CacheScope;
}

/** A request, and the generation that it repeats. */
export type Order = GenerationRequest & { readonly retriedFromId?: string | null };

/** @throws Refusal FORBIDDEN */
export async function createOne(parts: CreateParts, caller: Caller, order: Order): Promise<CreateResult> {
  const result = await createAll(parts, caller, [order], () => []);
  return result.kind === 'created' ? { kind: 'created', ...(result.created[0] as Created) } : result;
}

/** All of them or none; the paths of issues begin with `inputs` and an index. @throws Refusal FORBIDDEN */
export async function createMany(
  parts: CreateParts,
  caller: Caller,
  orders: readonly Order[],
): Promise<CreateManyResult> {
  const issues = batchIssues(orders);
  if (issues.length > 0) return { kind: 'invalidInput', issues };
  return createAll(parts, caller, orders, (index) => ['inputs', String(index)]);
}

function batchIssues(orders: readonly Order[]): InputIssue[] {
  const count = orders.length;
  if (count === 0 || count > maxBatch) {
    const message = `From 1 to ${maxBatch} generations can be created at once; these are ${count}.`;
    return [{ path: ['inputs'], code: count === 0 ? 'REQUIRED' : 'TOO_LONG', message }];
  }
  const keys = orders.map(({ idempotencyKey }) => idempotencyKey);
  return keys.flatMap((key, index) => {
    if (!key || keys.indexOf(key) === index) return [];
    const message = `The idempotencyKey of input ${index} is that of input ${keys.indexOf(key)}; each needs its own.`;
    return [{ path: ['inputs', String(index), 'idempotencyKey'], code: 'UNSUPPORTED', message }];
  });
}

/**
 * Validates, stores and queues. Where all of the requests bring keys that were used before, with the same inputs, the first
 * results are given again, whatever has changed on the server since.
 */
async function createAll(
  parts: CreateParts,
  caller: Caller,
  orders: readonly Order[],
  pathOf: (index: number) => readonly string[],
): Promise<CreateManyResult> {
  requireRole(caller, 'CREATOR');
  const origins = orders.map((order) => originOf(caller, order));
  const earlier = await repeated(parts, origins);
  if (earlier) return earlier;

  const drafts: Draft[] = [];
  const issues: InputIssue[] = [];
  for (const [index, order] of orders.entries()) {
    const result = await draft(parts, caller, order, origins[index] as Origin);
    if (!('kind' in result)) drafts.push(result);
    else if (result.kind !== 'invalidInput') return result;
    else issues.push(...result.issues.map((issue) => ({ ...issue, path: [...pathOf(index), ...issue.path] })));
  }
  return issues.length > 0 ? { kind: 'invalidInput', issues } : insert(parts, caller, drafts);
}

async function insert(parts: CreateParts, caller: Caller, drafts: readonly Draft[]): Promise<CreateManyResult> {
  const { store, dispatcher, artifacts, clock, queueCapacity: capacity } = parts;
  const reusable = parts.cacheScope === 'server' ? {} : visibleTo(caller, {});
  const result = await store.insert(drafts, { capacity, keyId: caller.keyId, reusable }, artifacts);
  switch (result.kind) {
    case 'full':
      return { kind: 'queueFull', capacity, retryAfterSeconds: await secondsUntilNextEnd(parts) };
    case 'quotaExceeded': {
      const { until, ...quota } = result;
      const retryAfterSeconds = until ? (until.getTime() - clock.now().getTime()) / 1000 : null;
      return { ...quota, retryAfterSeconds };
    }
    case 'conflict':
      return { kind: 'idempotencyConflict', existing: result.existing };
    case 'inserted': {
      const fresh = result.inserted.filter(({ events }) => events.length > 0);
      for (const { record } of fresh) await dispatcher.enter(record);
      return {
        kind: 'created',
        created: result.inserted.map(({ record, events }) => ({ generation: record, replayed: events.length === 0 })),
      };
    }
  }
}

/**
 * Keys belong to a client: a null in a compound index would be unlike every other null, so the client stands in the key itself.
 */
function originOf({ keyId }: Caller, { idempotencyKey, retriedFromId = null, ...content }: Order): Origin {
  if (!idempotencyKey) return { idempotencyKey: null, inputHash: null, retriedFromId };
  const scoped = keyId === null ? idempotencyKey : `${keyId}/${idempotencyKey}`;
  return { idempotencyKey: scoped, inputHash: inputHash({ ...content, retriedFromId }), retriedFromId };
}

async function repeated({ store }: CreateParts, origins: readonly Origin[]): Promise<CreateManyResult | null> {
  const existing: GenerationRecord[] = [];
  for (const { idempotencyKey, inputHash } of origins) {
    const earlier = idempotencyKey && (await store.byKey(idempotencyKey));
    if (!earlier) return null;
    if (earlier.inputHash !== inputHash) return { kind: 'idempotencyConflict', existing: earlier };
    existing.push(earlier);
  }
  return { kind: 'created', created: existing.map((generation) => ({ generation, replayed: true })) };
}

/** When the queue moves up; null where nothing that runs knows its time. */
async function secondsUntilNextEnd({ store }: CreateParts): Promise<number | null> {
  const running = await store.list({ statuses: ['RUNNING'] }, { from: 'newest', limit: 100 });
  const known = running.map((one) => one.progress.secondsRemaining).filter((seconds) => seconds !== null);
  return known.length > 0 ? Math.min(...known) : null;
}
