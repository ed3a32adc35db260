/** What the application needs of other parts, and nothing else of them. */
import type { GenerationEvent } from '../events/event.js';
import type { Prisma } from '../generated/prisma/client.js';
import type { GenerationRecord } from './record.js';

/** The content-addressed store behind artifacts. */
export interface ArtifactFiles {
  has(sha256: string): Promise<boolean>;
  /** Does nothing where there is no such file. */
  remove(sha256: string): Promise<void>;
}

/** A picture that was uploaded to be a first frame. */
export interface Upload {
  readonly id: string;
  /** The API key that it belongs to. */
  readonly clientId: string | null;
  readonly sha256: string;
  readonly mimeType: string;
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
  readonly createdAt: Date;
}

export interface Uploads {
  get(id: string): Promise<Upload | null>;
  /** Where the picture lies. */
  path(sha256: string): string;
}

/** Notes for whom else an event is, in the transaction that records it. */
export type Outbox = (
  tx: Prisma.TransactionClient,
  generation: Pick<GenerationRecord, 'webhookUrl' | 'webhookEvents'>,
  event: GenerationEvent,
) => Promise<void>;

/** What lies about of generations that are being worked on, or were and could go on. */
export interface WorkInProgress {
  /** Of which something is kept. */
  generations(): Promise<ReadonlySet<string>>;
  /** Whether its latents are there; of one that has ended these are the finished ones. */
  hasLatents(generationId: string): Promise<boolean>;
  /** Removes all that is kept of a generation; nothing happens if that is nothing. */
  remove(generationId: string): Promise<void>;
}
