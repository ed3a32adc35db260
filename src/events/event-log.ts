import type { Prisma, PrismaClient } from '../generated/prisma/client.js';
import type { GenerationStatus, Preview, Progress } from '../generations/generation.js';
import { isFinal } from '../generations/lifecycle.js';
import type { EventBody, EventType, GenerationEvent } from './event.js';

/** What the stream needs of the log. */
export interface EventLogReader {
  /** At most `limit` events with a sequence greater than `after`, in order. */
  read(generationId: string, after: number, limit: number): Promise<GenerationEvent[]>;
  /** A page of the log: at most `limit` events between two sequences, counted from its beginning or its end, in order. */
  page(generationId: string, page: LogPage): Promise<GenerationEvent[]>;
  /** Sequence of the last event and whether it was the last for good; null for an unknown generation. */
  end(generationId: string): Promise<{ readonly lastSequence: number; readonly final: boolean } | null>;
  /** The picture that came with one event; null if there is no such event or it had none. */
  preview(generationId: string, sequence: number): Promise<Preview | null>;
}

export interface LogPage {
  /** Both exclusive. */
  readonly after: number;
  readonly before: number;
  readonly from: 'oldest' | 'newest';
  readonly limit: number;
}

type EventRow = Prisma.GenerationEventGetPayload<object>;
type PreviewFacts = Omit<Preview, 'data'>;

/** The stored log. Entries are only ever written together with their generation's row (generations/store.ts). */
export class EventLog implements EventLogReader {
  constructor(private readonly database: Pick<PrismaClient, 'generationEvent' | 'generation'>) {}

  async read(generationId: string, after: number, limit: number): Promise<GenerationEvent[]> {
    const rows = await this.database.generationEvent.findMany({
      where: { generationId, sequence: { gt: after } },
      orderBy: { sequence: 'asc' },
      take: limit,
    });
    return rows.map(fromRow);
  }

  async page(generationId: string, { after, before, from, limit }: LogPage): Promise<GenerationEvent[]> {
    const rows = await this.database.generationEvent.findMany({
      where: { generationId, sequence: { gt: after, lt: before } },
      orderBy: { sequence: from === 'oldest' ? 'asc' : 'desc' },
      take: limit,
    });
    if (from === 'newest') rows.reverse();
    return rows.map(fromRow);
  }

  async end(generationId: string): Promise<{ lastSequence: number; final: boolean } | null> {
    const row = await this.database.generation.findUnique({
      where: { id: generationId },
      select: { lastSequence: true, status: true },
    });
    return row && { lastSequence: row.lastSequence, final: isFinal(row.status as GenerationStatus) };
  }

  async preview(generationId: string, sequence: number): Promise<Preview | null> {
    const row = await this.database.generationEvent.findUnique({
      where: { generationId_sequence: { generationId, sequence } },
    });
    const event = row && fromRow(row);
    return event?.type === 'GenerationProgressed' ? (event.progress.preview ?? null) : null;
  }
}

/** The row of an event. The bytes of a preview go to a column of their own, its facts stay in the payload. */
export function toRow(event: GenerationEvent): Prisma.GenerationEventUncheckedCreateInput {
  const { type, generationId, sequence, occurredAt, ...payload } = event;
  const row = { generationId, sequence, type, occurredAt };
  if (event.type !== 'GenerationProgressed' || !event.progress.preview) {
    return { ...row, payload: payload as Prisma.InputJsonObject };
  }
  const { preview, ...progress } = event.progress;
  const { data, ...facts } = preview;
  return { ...row, payload: { progress: { ...progress, preview: { ...facts } } }, preview: new Uint8Array(data) };
}

function fromRow(row: EventRow): GenerationEvent {
  const body = { type: row.type as EventType, ...(row.payload as object) } as EventBody;
  const place = { generationId: row.generationId, sequence: row.sequence, occurredAt: row.occurredAt };
  if (body.type !== 'GenerationProgressed' || !row.preview) return { ...body, ...place };
  const stored = body.progress as Omit<Progress, 'preview'> & { preview: PreviewFacts };
  return { ...place, type: body.type, progress: { ...stored, preview: { ...stored.preview, data: row.preview } } };
}
