import type { Clock } from '../clock.js';
import { StorageError } from '../errors.js';
import { type EventBody, type GenerationEvent, transitionOf } from '../events/event.js';
import { toRow } from '../events/event-log.js';
import type { Prisma, PrismaClient } from '../generated/prisma/client.js';
import type { Database } from './database.js';
import { type GenerationFilter, type Slice, whereOf } from './filter.js';
import type { Artifact, Usage } from './generation.js';
import { type Draft, type InsertLimits, type InsertResult, insertAll } from './insertion.js';
import { nextStatus } from './lifecycle.js';
import type { ArtifactFiles, Outbox } from './ports.js';
import { recordProgress } from './progress-record.js';
import type { GenerationRecord } from './record.js';
import {
  artifactFromRow,
  type Change,
  changesOf,
  fromRow,
  standingColumns,
  standingOf,
  toJson,
  withArtifacts,
} from './rows.js';

/**
 * The repository of generations. Every change is one transaction that holds the row and its event together, and the event is
 * published once that transaction is committed: who sees an event finds at least its state in the row.
 */
export class GenerationStore {
  private readonly database: PrismaClient;
  private readonly driver: Database['driver'];
  private readonly listeners: Set<(event: GenerationEvent) => void>;

  constructor(
    { client, driver }: Pick<Database, 'client' | 'driver'>,
    private readonly clock: Clock,
    publish: (event: GenerationEvent) => void,
    private readonly outbox: Outbox = async () => {},
  ) {
    this.database = client;
    this.driver = driver;
    this.listeners = new Set([publish]);
  }

  /** Calls back after the commit of every event. Returns what ends that. */
  onEvent(listener: (event: GenerationEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Stores new generations with their first events, all or none. */
  async insert(drafts: readonly Draft[], limits: InsertLimits, files: ArtifactFiles): Promise<InsertResult> {
    const result = await this.transaction(async (tx) => {
      const inserting = await insertAll(tx, drafts, limits, files, this.clock.now());
      if (inserting.kind !== 'inserted') return inserting;
      for (const { record, events } of inserting.inserted) {
        for (const event of events) await this.outbox(tx, record, event);
      }
      return inserting;
    });
    if (result.kind === 'inserted')
      for (const event of result.inserted.flatMap(({ events }) => events)) this.tell(event);
    return result;
  }

  /**
   * The one function that changes a generation's state: row and event in one transaction, as lifecycle.ts allows.
   * False where the generation has ended (or does not exist): the event comes too late and is dropped.
   */
  async advance(id: string, body: Exclude<EventBody, { type: 'GenerationQueued' }>, usage?: Usage): Promise<boolean> {
    const written =
      body.type === 'GenerationProgressed'
        ? await recordProgress(this.driver, id, body.progress, this.clock.now()).catch(rethrow)
        : await this.record(id, body, usage);
    if (written) this.tell(written);
    return written !== null;
  }

  private record(id: string, body: Change, usage?: Usage): Promise<GenerationEvent | null> {
    return this.transaction(async (tx) => {
      const row = await tx.generation.findUnique({ where: { id }, select: standingColumns });
      const standing = row && standingOf(row);
      const status = standing && nextStatus(standing.status, transitionOf(body));
      if (!standing || !status) return null;
      const sequence = standing.lastSequence + 1;
      const now = this.clock.now();
      const entry: GenerationEvent = { ...body, generationId: id, sequence, occurredAt: now };
      await tx.generation.update({
        where: { id },
        data: {
          ...changesOf(body, standing, now),
          status,
          lastSequence: sequence,
          ...(usage ? { usage: toJson(usage) } : {}),
        },
        select: { id: true },
      });
      await tx.generationEvent.create({ data: toRow(entry), select: { sequence: true } });
      await this.outbox(tx, standing, entry);
      return entry;
    });
  }

  async get(id: string): Promise<GenerationRecord | null> {
    const row = await this.database.generation.findUnique({ where: { id }, include: withArtifacts });
    return row && fromRow(row);
  }

  /** Those of them that there are, in no order. */
  async getMany(ids: readonly string[]): Promise<GenerationRecord[]> {
    const rows = await this.database.generation.findMany({ where: { id: { in: [...ids] } }, include: withArtifacts });
    return rows.map(fromRow);
  }

  async byKey(idempotencyKey: string): Promise<GenerationRecord | null> {
    const row = await this.database.generation.findUnique({ where: { idempotencyKey }, include: withArtifacts });
    return row && fromRow(row);
  }

  /** Changes what no event tells of. Null where there is no such generation. */
  async update(
    id: string,
    changes: Partial<Pick<GenerationRecord, 'priority' | 'starred'>>,
  ): Promise<GenerationRecord | null> {
    return this.transaction(async (tx) => {
      const { count } = await tx.generation.updateMany({ where: { id }, data: changes });
      if (count === 0) return null;
      return fromRow(await tx.generation.findUniqueOrThrow({ where: { id }, include: withArtifacts }));
    });
  }

  /** Whose followers wait for a generation that has failed them: the oldest becomes the leader of the others. */
  async promote(followers: readonly string[]): Promise<GenerationRecord | null> {
    return this.transaction(async (tx) => {
      const waiting = { id: { in: [...followers] }, status: 'QUEUED' };
      const first = await tx.generation.findFirst({ where: waiting, orderBy: { id: 'asc' }, include: withArtifacts });
      if (!first) return null;
      await tx.generation.updateMany({ where: waiting, data: { leaderId: first.id } });
      await tx.generation.update({ where: { id: first.id }, data: { leaderId: null } });
      return { ...fromRow(first), leaderId: null };
    });
  }

  /** Removes a generation that has ended, its events, and its files as far as nobody else needs them. */
  async remove(id: string, files: ArtifactFiles): Promise<void> {
    await this.transaction(async (tx) => {
      const row = await tx.generation.findUnique({ where: { id }, include: withArtifacts });
      if (!row) return;
      await tx.generation.delete({ where: { id } });
      // Inside of the transaction, so that no request can be answered from the cache with these files meanwhile. An identical
      // one that runs may have stored the same bytes already and not yet written its row: then they stay.
      const { model, prompt } = row;
      if (await tx.generation.findFirst({ where: { status: 'RUNNING', model, prompt } })) return;
      for (const { sha256 } of row.artifacts) {
        const needed =
          (await tx.artifact.findFirst({ where: { sha256 } })) ?? (await tx.upload.findFirst({ where: { sha256 } }));
        if (!needed) await files.remove(sha256);
      }
    });
  }

  /** From new to old, whichever side the limit counts from. */
  async list(filter: GenerationFilter, slice: Slice): Promise<GenerationRecord[]> {
    const range = {
      ...(slice.olderThan ? { lt: slice.olderThan } : {}),
      ...(slice.newerThan ? { gt: slice.newerThan } : {}),
    };
    const rows = await this.database.generation.findMany({
      where: { AND: [whereOf(filter), { id: range }] },
      orderBy: { id: slice.from === 'newest' ? 'desc' : 'asc' },
      take: slice.limit,
      include: withArtifacts,
    });
    if (slice.from === 'oldest') rows.reverse();
    return rows.map(fromRow);
  }

  count(filter: GenerationFilter): Promise<number> {
    return this.database.generation.count({ where: whereOf(filter) });
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

  /** How many of a key's generations may run at once; null where that is not limited. */
  async maxRunning(keyId: string): Promise<number | null> {
    const key = await this.database.apiKey.findUnique({ where: { id: keyId }, select: { maxRunning: true } });
    return key?.maxRunning ?? null;
  }

  private tell(event: GenerationEvent): void {
    for (const listener of this.listeners) listener(event);
  }

  // SQLite has one writer: a transaction waits for the ones before it, so the waiting time is generous.
  private transaction<T>(work: (tx: Prisma.TransactionClient) => Promise<T>): Promise<T> {
    return this.database.$transaction(work, { maxWait: 30_000, timeout: 30_000 }).catch(rethrow);
  }
}

function rethrow(error: unknown): never {
  throw storageError(error) ?? error;
}

/** A full or broken disk, told apart from what nobody expected: it passes when somebody makes space. */
function storageError(error: unknown): StorageError | null {
  const [, kind] = /SQLITE_(FULL|IOERR)/.exec(String(error)) ?? [];
  if (!kind) return null;
  const cause = Object.assign(new Error(String(error)), { code: kind === 'FULL' ? 'ENOSPC' : 'EIO' });
  return new StorageError('write', 'the database', cause);
}
