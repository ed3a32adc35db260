import type { Clock } from '../clock.js';
import { StorageError } from '../errors.js';
import { type EventBody, type GenerationEvent, transitionOf } from '../events/event.js';
import { toRow } from '../events/event-log.js';
import { Prisma, type PrismaClient } from '../generated/prisma/client.js';
import type { Artifact, GenerationStatus, Usage } from './generation.js';
import { nextStatus } from './lifecycle.js';
import type { GenerationRecord, NewGeneration } from './record.js';
import { artifactFromRow, changesOf, fromRow, toJson, toNewRow, withArtifacts } from './rows.js';

export interface GenerationFilter {
  readonly statuses?: readonly GenerationStatus[] | undefined;
  readonly model?: string | undefined;
  readonly promptContains?: string | undefined;
  readonly createdAfter?: Date | undefined;
  readonly createdBefore?: Date | undefined;
}

/** A slice of the history, which is ordered from new to old; `olderThan` and `newerThan` are ids and exclusive. */
export interface Slice {
  readonly olderThan?: string | undefined;
  readonly newerThan?: string | undefined;
  /** From which side the limit counts. */
  readonly from: 'newest' | 'oldest';
  readonly limit: number;
}

/** Why a generation was not stored. */
export type InsertRefusal = { readonly full: true } | { readonly existing: GenerationRecord };

/**
 * The repository of generations. Every change is one transaction that holds the row and its event together, and the event is
 * published once that transaction is committed: who sees an event finds at least its state in the row.
 */
export class GenerationStore {
  constructor(
    private readonly database: PrismaClient,
    private readonly clock: Clock,
    private readonly publish: (event: GenerationEvent) => void,
  ) {}

  /** Stores a new generation with event 1, unless `capacity` others wait already or its idempotency key is taken. */
  async insert(generation: NewGeneration, capacity: number): Promise<GenerationRecord | InsertRefusal> {
    try {
      const stored = await this.transaction(async (tx) => {
        const queued = await tx.generation.count({ where: { status: 'QUEUED' } });
        if (queued >= capacity) return null;
        const ahead = await tx.generation.count({
          where: { status: 'QUEUED', priority: { gte: generation.priority } },
        });
        const now = this.clock.now();
        const event = { type: 'GenerationQueued' as const, position: ahead + 1 };
        const entry = { ...event, generationId: generation.id, sequence: 1, occurredAt: now };
        const row = await tx.generation.create({ data: toNewRow(generation, now), include: withArtifacts });
        await tx.generationEvent.create({ data: toRow(entry) });
        return { record: fromRow(row), entry };
      });
      if (!stored) return { full: true };
      this.publish(stored.entry);
      return stored.record;
    } catch (error) {
      // Two requests with one key at once: the unique index lets one of them in.
      const existing =
        isUniqueViolation(error) && generation.idempotencyKey && (await this.byKey(generation.idempotencyKey));
      if (existing) return { existing };
      throw error;
    }
  }

  /**
   * The one function that changes a generation's state: row and event in one transaction, as lifecycle.ts allows.
   * Null where the generation has ended (or does not exist): the event comes too late and is dropped.
   */
  async advance(
    id: string,
    body: Exclude<EventBody, { type: 'GenerationQueued' }>,
    usage?: Usage,
  ): Promise<GenerationRecord | null> {
    const advanced = await this.transaction(async (tx) => {
      const row = await tx.generation.findUnique({ where: { id }, include: withArtifacts });
      const record = row && fromRow(row);
      const status = record && nextStatus(record.status, transitionOf(body));
      if (!record || !status) return null;
      const sequence = record.lastSequence + 1;
      const now = this.clock.now();
      const event = monotonic(body, record);
      const entry: GenerationEvent = { ...event, generationId: id, sequence, occurredAt: now };
      const changed = await tx.generation.update({
        where: { id },
        data: {
          ...changesOf(event, record, sequence, now),
          status,
          lastSequence: sequence,
          ...(usage ? { usage: toJson(usage) } : {}),
        },
        include: withArtifacts,
      });
      await tx.generationEvent.create({ data: toRow(entry) });
      return { record: fromRow(changed), entry };
    });
    if (!advanced) return null;
    this.publish(advanced.entry);
    return advanced.record;
  }

  async get(id: string): Promise<GenerationRecord | null> {
    const row = await this.database.generation.findUnique({ where: { id }, include: withArtifacts });
    return row && fromRow(row);
  }

  async byKey(idempotencyKey: string): Promise<GenerationRecord | null> {
    const row = await this.database.generation.findUnique({ where: { idempotencyKey }, include: withArtifacts });
    return row && fromRow(row);
  }

  /** From new to old, whichever side the limit counts from. */
  async list(filter: GenerationFilter, slice: Slice): Promise<GenerationRecord[]> {
    const range = {
      ...(slice.olderThan ? { lt: slice.olderThan } : {}),
      ...(slice.newerThan ? { gt: slice.newerThan } : {}),
    };
    const rows = await this.database.generation.findMany({
      where: { AND: [where(filter), { id: range }] },
      orderBy: { id: slice.from === 'newest' ? 'desc' : 'asc' },
      take: slice.limit,
      include: withArtifacts,
    });
    if (slice.from === 'oldest') rows.reverse();
    return rows.map(fromRow);
  }

  count(filter: GenerationFilter): Promise<number> {
    return this.database.generation.count({ where: where(filter) });
  }

  /** All that wait or run, in the order of creation. */
  async unfinished(): Promise<GenerationRecord[]> {
    const rows = await this.database.generation.findMany({
      where: { status: { in: ['QUEUED', 'RUNNING'] } },
      orderBy: { id: 'asc' },
      include: withArtifacts,
    });
    return rows.map(fromRow);
  }

  /** A stored file by its content, with the generation that it names it after. */
  async artifact(sha256: string): Promise<{ artifact: Artifact; prompt: string } | null> {
    const row = await this.database.artifact.findFirst({ where: { sha256 }, include: { generation: true } });
    return row && { artifact: artifactFromRow(row), prompt: row.generation.prompt };
  }

  // SQLite has one writer: a transaction waits for the ones before it, so the waiting time is generous.
  private transaction<T>(work: (tx: Prisma.TransactionClient) => Promise<T>): Promise<T> {
    return this.database.$transaction(work, { maxWait: 30_000, timeout: 30_000 }).catch((error) => {
      throw storageError(error) ?? error;
    });
  }
}

/** Within a run the fraction never decreases, whatever a cost model comes to think: bars that run backwards are not believed. */
function monotonic<T extends EventBody>(body: T, record: GenerationRecord): T {
  if (body.type !== 'GenerationProgressed') return body;
  const fraction = Math.min(1, Math.max(record.progress.fraction, body.progress.fraction));
  return { ...body, progress: { ...body.progress, fraction } };
}

function where(filter: GenerationFilter): Prisma.GenerationWhereInput {
  const { statuses, model, promptContains, createdAfter, createdBefore } = filter;
  return {
    ...(statuses ? { status: { in: [...statuses] } } : {}),
    ...(model === undefined ? {} : { model }),
    ...(promptContains ? { prompt: { contains: promptContains } } : {}),
    ...(createdAfter || createdBefore
      ? {
          createdAt: { ...(createdAfter ? { gt: createdAfter } : {}), ...(createdBefore ? { lt: createdBefore } : {}) },
        }
      : {}),
  };
}

/** A full or broken disk, told apart from what nobody expected: it passes when somebody makes space. */
function storageError(error: unknown): StorageError | null {
  const [, kind] = /SQLITE_(FULL|IOERR)/.exec(String(error)) ?? [];
  if (!kind) return null;
  const cause = Object.assign(new Error(String(error)), { code: kind === 'FULL' ? 'ENOSPC' : 'EIO' });
  return new StorageError('write', 'the database', cause);
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
}
