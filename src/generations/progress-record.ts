import type { Transaction } from '@prisma/driver-adapter-utils';
import type { GenerationEvent } from '../events/event.js';
import { toRow } from '../events/event-log.js';
import type { GenerationStatus, Progress } from './generation.js';
import { nextStatus } from './lifecycle.js';
import type { SqlDriver } from './single-connection.js';

/**
 * Records how far a generation is: the event, and what it changes in the row, in one transaction.
 *
 * As every step of every generation does this, it is three statements of SQL: a third of the processor time that Prisma's client
 * takes for the same (test/bench/RESULTS.md). The driver is that of the client, whose transactions and these wait for each other.
 * @returns null where the generation has ended (or does not exist): the event comes too late and is dropped
 */
export async function recordProgress(
  driver: SqlDriver,
  generationId: string,
  progress: Progress,
  now: Date,
): Promise<GenerationEvent | null> {
  const tx = await driver.startTransaction();
  let event: GenerationEvent | null;
  try {
    event = await write(tx, generationId, progress, now);
  } catch (error) {
    await tx.rollback();
    throw error;
  }
  await tx.commit();
  return event;
}

async function write(tx: Transaction, id: string, progress: Progress, now: Date): Promise<GenerationEvent | null> {
  const { rows } = await tx.queryRaw(query('SELECT status, progress, lastSequence FROM Generation WHERE id = ?', [id]));
  const [status, before, lastSequence] = (rows[0] ?? []) as [GenerationStatus?, string?, number?];
  if (!status || !before || lastSequence === undefined || !nextStatus(status, 'PROGRESS')) return null;
  const { preview, ...facts } = monotonic(progress, JSON.parse(before).fraction);
  const sequence = lastSequence + 1;
  const place = { generationId: id, sequence, occurredAt: now };
  const event: GenerationEvent = {
    ...place,
    type: 'GenerationProgressed',
    progress: preview ? { ...facts, preview } : facts,
  };
  await tx.executeRaw(
    query(
      'UPDATE Generation SET progress = ?, lastSequence = ?, previewSequence = coalesce(?, previewSequence) WHERE id = ?',
      [JSON.stringify(facts), sequence, preview ? sequence : null, id],
    ),
  );
  const row = toRow(event);
  await tx.executeRaw(
    query(
      'INSERT INTO GenerationEvent (generationId, sequence, type, occurredAt, payload, preview) VALUES (?, ?, ?, ?, ?, ?)',
      [id, sequence, row.type, now, JSON.stringify(row.payload), row.preview ?? null],
    ),
  );
  return event;
}

/** Within a run the fraction never decreases, whatever a cost model comes to think: bars that run backwards are not believed. */
function monotonic(progress: Progress, before: number): Progress {
  return { ...progress, fraction: Math.min(1, Math.max(before, progress.fraction)) };
}

function query(sql: string, args: unknown[]): Parameters<Transaction['queryRaw']>[0] {
  return { sql, args, argTypes: args.map(() => ({ scalarType: 'unknown', arity: 'scalar' })) };
}
