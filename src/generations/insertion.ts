import type { GenerationEvent } from '../events/event.js';
import { toRow } from '../events/event-log.js';
import type { Prisma } from '../generated/prisma/client.js';
import { type GenerationFilter, whereOf } from './filter.js';
import type { GenerationStatus } from './generation.js';
import type { ArtifactFiles } from './ports.js';
import type { GenerationRecord, NewGeneration } from './record.js';
import type { QuotaKind } from './request.js';
import { fromRow, toCachedRow, toNewRow, withArtifacts } from './rows.js';

/** A checked request, ready to be stored. */
export interface Draft {
  readonly generation: NewGeneration;
  /** Which hash has to agree for another one's result to serve; null where none may. */
  readonly reuse: 'requestHash' | 'seedlessHash' | null;
}

export interface InsertLimits {
  /** How many generations may wait. */
  readonly capacity: number;
  /** Whose quotas count; null for none. */
  readonly keyId: string | null;
  /** Whose results may be given again. */
  readonly reusable: GenerationFilter;
}

export type InsertResult =
  | { readonly kind: 'inserted'; readonly inserted: readonly Inserted[] }
  | { readonly kind: 'full' }
  | { readonly kind: 'quotaExceeded'; readonly quota: QuotaKind; readonly limit: number; readonly until: Date | null }
  | { readonly kind: 'conflict'; readonly existing: GenerationRecord };

export interface Inserted {
  readonly record: GenerationRecord;
  /** What happened to it in this transaction; empty where its key had been used before. */
  readonly events: readonly GenerationEvent[];
}

type Transaction = Prisma.TransactionClient;

/** What becomes of one draft. */
type Placement =
  | { readonly kind: 'replay'; readonly existing: GenerationRecord }
  /** A stored result serves. */
  | { readonly kind: 'copy'; readonly generation: NewGeneration; readonly source: GenerationRecord }
  /** An identical one is in flight. */
  | { readonly kind: 'follow'; readonly generation: NewGeneration; readonly leaderId: string }
  | { readonly kind: 'queue'; readonly generation: NewGeneration };

/** Stores all of the drafts or none. To be called in a transaction that only one can hold at a time. */
export async function insertAll(
  tx: Transaction,
  drafts: readonly Draft[],
  limits: InsertLimits,
  files: ArtifactFiles,
  now: Date,
): Promise<InsertResult> {
  const placements: Placement[] = [];
  for (const draft of drafts) {
    const placement = await place(tx, draft, placements, limits.reusable, files);
    if (placement.kind === 'replay' && placement.existing.inputHash !== draft.generation.inputHash) {
      return { kind: 'conflict', existing: placement.existing };
    }
    placements.push(placement);
  }
  const waiting = placements.filter(({ kind }) => kind === 'queue' || kind === 'follow').length;
  if (waiting > 0) {
    const refusal = await refusalOf(tx, waiting, limits, now);
    if (refusal) return refusal;
  }
  const inserted: Inserted[] = [];
  for (const placement of placements) inserted.push(await carryOut(tx, placement, now));
  return { kind: 'inserted', inserted };
}

async function place(
  tx: Transaction,
  { generation, reuse }: Draft,
  before: readonly Placement[],
  reusable: GenerationFilter,
  files: ArtifactFiles,
): Promise<Placement> {
  const { idempotencyKey } = generation;
  const existing =
    idempotencyKey && (await tx.generation.findUnique({ where: { idempotencyKey }, include: withArtifacts }));
  if (existing) return { kind: 'replay', existing: fromRow(existing) };
  const hash = reuse && generation[reuse];
  if (!reuse || !hash) return { kind: 'queue', generation };

  const same = { ...whereOf(reusable), [reuse]: hash };
  const source = await storedResult(tx, same, files);
  if (source) return { kind: 'copy', generation: asIn(generation, source), source };
  const leader =
    (await inFlight(tx, { ...same, priority: { gte: generation.priority } })) ??
    before
      .flatMap((other) => (other.kind === 'queue' ? [other.generation] : []))
      .find((other) => other[reuse] === hash && other.priority >= generation.priority);
  return leader
    ? { kind: 'follow', generation: asIn(generation, leader), leaderId: leader.id }
    : { kind: 'queue', generation };
}

/** The request with the seed of the one whose result it takes. */
function asIn(generation: NewGeneration, { settings, requestHash }: Pick<NewGeneration, 'settings' | 'requestHash'>) {
  return { ...generation, settings, requestHash };
}

/** The newest first: after a REFRESH that is the fresh one. One whose files were removed by hand is passed over. */
async function storedResult(
  tx: Transaction,
  where: Prisma.GenerationWhereInput,
  files: ArtifactFiles,
): Promise<GenerationRecord | null> {
  const rows = await tx.generation.findMany({
    where: { ...where, status: 'SUCCEEDED' satisfies GenerationStatus },
    orderBy: { id: 'desc' },
    take: 3,
    include: withArtifacts,
  });
  for (const row of rows) {
    const present = await Promise.all(row.artifacts.map(({ sha256 }) => files.has(sha256)));
    if (present.every(Boolean)) return fromRow(row);
  }
  return null;
}

async function inFlight(tx: Transaction, where: Prisma.GenerationWhereInput): Promise<GenerationRecord | null> {
  const row = await tx.generation.findFirst({
    where: { ...where, status: { in: ['QUEUED', 'RUNNING'] }, leaderId: null },
    orderBy: { id: 'asc' },
    include: withArtifacts,
  });
  return row && fromRow(row);
}

async function refusalOf(
  tx: Transaction,
  added: number,
  { capacity, keyId }: InsertLimits,
  now: Date,
): Promise<InsertResult | null> {
  const queued = { status: 'QUEUED' };
  if ((await tx.generation.count({ where: queued })) + added > capacity) return { kind: 'full' };
  const key = keyId === null ? null : await tx.apiKey.findUnique({ where: { id: keyId } });
  if (!key) return null;
  const { maxQueued, maxPerDay } = key;
  if (
    maxQueued !== null &&
    (await tx.generation.count({ where: { ...queued, clientId: key.id } })) + added > maxQueued
  ) {
    return { kind: 'quotaExceeded', quota: 'QUEUED', limit: maxQueued, until: null };
  }
  const place = { keyId: key.id, day: now.toISOString().slice(0, 10) };
  const counted = await tx.apiKeyDay.findUnique({ where: { keyId_day: place } });
  if (maxPerDay !== null && (counted?.created ?? 0) + added > maxPerDay) {
    const until = new Date(Date.parse(place.day) + 24 * 60 * 60 * 1000);
    return { kind: 'quotaExceeded', quota: 'PER_DAY', limit: maxPerDay, until };
  }
  await tx.apiKeyDay.upsert({
    where: { keyId_day: place },
    create: { ...place, created: added },
    update: { created: { increment: added } },
  });
  return null;
}

async function carryOut(tx: Transaction, placement: Placement, now: Date): Promise<Inserted> {
  if (placement.kind === 'replay') return { record: placement.existing, events: [] };
  const { generation } = placement;
  const { id: generationId, priority, adjustments } = generation;
  const ahead =
    placement.kind === 'copy'
      ? 0
      : await tx.generation.count({ where: { status: 'QUEUED', priority: { gte: priority } } });
  const changed = adjustments.length > 0 ? { adjustments } : {};
  const events: GenerationEvent[] = [
    { type: 'GenerationQueued', position: ahead + 1, ...changed, generationId, sequence: 1, occurredAt: now },
  ];
  if (placement.kind === 'copy') {
    const { artifacts } = placement.source;
    events.push({ type: 'GenerationSucceeded', artifacts, cached: true, generationId, sequence: 2, occurredAt: now });
  }
  const data =
    placement.kind === 'copy'
      ? toCachedRow(generation, placement.source.artifacts, now)
      : { ...toNewRow(generation, now), leaderId: placement.kind === 'follow' ? placement.leaderId : null };
  const row = await tx.generation.create({ data, include: withArtifacts });
  await tx.generationEvent.createMany({ data: events.map(toRow) });
  return { record: fromRow(row), events };
}
