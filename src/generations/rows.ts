import type { EventBody } from '../events/event.js';
import type { Prisma } from '../generated/prisma/client.js';
import { newId } from '../ids.js';
import type { Batching } from '../scheduler/ports.js';
import { defaultOutputs, type Outputs } from '../video/outputs.js';
import type { WebhookEventName } from '../webhooks/events.js';
import type { Artifact, ArtifactKind, GenerationSettings, GenerationStatus, Usage } from './generation.js';
import { type GenerationRecord, type NewGeneration, waiting } from './record.js';

/** Between the database's rows and the application's words. JSON columns hold exactly the interfaces of generation.ts. */
export const withArtifacts = {
  artifacts: { orderBy: { position: 'asc' } },
} as const satisfies Prisma.GenerationInclude;
type GenerationRow = Prisma.GenerationGetPayload<{ include: typeof withArtifacts }>;
type ArtifactRow = Prisma.ArtifactGetPayload<object>;

/** What the next event depends on. */
export const standingColumns = {
  status: true,
  settings: true,
  progress: true,
  lastSequence: true,
  startedAt: true,
  webhookUrl: true,
  webhookEvents: true,
} as const satisfies Prisma.GenerationSelect;
export type Standing = Pick<GenerationRecord, keyof typeof standingColumns>;

export function standingOf(row: Prisma.GenerationGetPayload<{ select: typeof standingColumns }>): Standing {
  return {
    ...row,
    status: row.status as GenerationStatus,
    settings: settingsOf(row.settings),
    progress: fromJson(row.progress),
    webhookEvents: namesOf(row.webhookEvents),
  };
}

export function fromRow(row: GenerationRow): GenerationRecord {
  return {
    id: row.id,
    status: row.status as GenerationStatus,
    priority: row.priority,
    prompt: row.prompt,
    negativePrompt: row.negativePrompt,
    model: row.model,
    settings: settingsOf(row.settings),
    adjustments: fromJson(row.adjustments),
    warnings: fromJson(row.warnings),
    idempotencyKey: row.idempotencyKey,
    inputHash: row.inputHash,
    progress: fromJson(row.progress),
    previewSequence: row.previewSequence,
    lastSequence: row.lastSequence,
    deviceId: row.deviceId,
    failure: fromJson(row.failure),
    usage: row.usage === null ? null : { ...unmeasured, ...fromJson<Usage>(row.usage) },
    artifacts: row.artifacts.map(artifactFromRow),
    remixedFromId: row.remixedFromId,
    retriedFromId: row.retriedFromId,
    clientId: row.clientId,
    batching: row.batching as Batching,
    outputs: fromJson<Outputs | null>(row.outputs) ?? defaultOutputs,
    firstFrameUploadId: row.firstFrameUploadId,
    webhookUrl: row.webhookUrl,
    webhookEvents: namesOf(row.webhookEvents),
    cached: row.cached,
    requestHash: row.requestHash,
    seedlessHash: row.seedlessHash,
    leaderId: row.leaderId,
    starred: row.starred,
    createdAt: row.createdAt,
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
  };
}

function namesOf(webhookEvents: string | null): GenerationRecord['webhookEvents'] {
  return (webhookEvents?.split(',') as WebhookEventName[] | undefined) ?? null;
}

/** Of generations that ended before these were counted. */
const unmeasured = { denoiserRows: null, averageBatchRows: 1, resumes: 0, preemptions: 0 };

export function artifactFromRow(row: ArtifactRow): Artifact {
  const { sha256, mimeType, width, height, durationSeconds } = row;
  return { kind: row.kind as ArtifactKind, sha256, bytes: Number(row.bytes), mimeType, width, height, durationSeconds };
}

export function toNewRow(generation: NewGeneration, now: Date): Prisma.GenerationUncheckedCreateInput {
  return {
    ...generation,
    status: 'QUEUED',
    settings: toJson(generation.settings),
    outputs: toJson(generation.outputs),
    webhookEvents: generation.webhookEvents?.join(',') ?? null,
    adjustments: toJson(generation.adjustments),
    warnings: toJson(generation.warnings),
    progress: toJson(waiting(generation.settings)),
    lastSequence: 1,
    createdAt: now,
  };
}

/** A generation that is over as soon as it is stored: another one's result serves. */
export function toCachedRow(
  generation: NewGeneration,
  artifacts: readonly Artifact[],
  now: Date,
): Prisma.GenerationUncheckedCreateInput {
  return {
    ...toNewRow(generation, now),
    status: 'SUCCEEDED',
    cached: true,
    artifacts: { create: toArtifactRows(artifacts) },
    progress: toJson(done(generation)),
    lastSequence: 2,
    finishedAt: now,
  };
}

export function toArtifactRows(artifacts: readonly Artifact[]): Prisma.ArtifactUncheckedCreateWithoutGenerationInput[] {
  return artifacts.map((artifact, position) => ({ ...artifact, id: newId(), position, bytes: BigInt(artifact.bytes) }));
}

/** What can happen to a generation; its progress has a file of its own. */
export type Change = Exclude<EventBody, { type: 'GenerationQueued' | 'GenerationProgressed' }>;

/** What an event changes in its generation's row, beside status and lastSequence. */
export function changesOf(body: Change, record: Standing, now: Date): Prisma.GenerationUncheckedUpdateInput {
  switch (body.type) {
    case 'GenerationStarted':
      return { deviceId: body.deviceId, startedAt: record.startedAt ?? now };
    case 'GenerationResumed':
      return body.cause === 'SERVER_RESTARTED' ? restarted(record, body.fromStep) : {};
    case 'GenerationSucceeded':
      return {
        finishedAt: now,
        artifacts: { create: toArtifactRows(body.artifacts) },
        progress: toJson(done(record)),
        ...(body.cached ? { cached: true } : {}),
      };
    case 'GenerationFailed':
      return { finishedAt: now, failure: toJson(body.failure) };
    case 'GenerationCanceled':
      return { finishedAt: now };
  }
}

/** Waits again. What goes on from a checkpoint keeps its picture, and its fraction until it is as far again. */
function restarted({ settings, progress }: Standing, step: number): Prisma.GenerationUncheckedUpdateInput {
  const again = { deviceId: null, startedAt: null };
  if (step === 0) return { ...again, previewSequence: null, progress: toJson(waiting(settings)) };
  return { ...again, progress: toJson({ ...waiting(settings), step, fraction: progress.fraction }) };
}

function done({ settings }: Pick<GenerationRecord, 'settings'>): GenerationRecord['progress'] {
  return { phase: 'DONE', step: settings.steps, totalSteps: settings.steps, fraction: 1, secondsRemaining: 0 };
}

export function toJson(value: object): Prisma.InputJsonValue {
  return value as Prisma.InputJsonValue;
}

/** A row from before there was `guidanceRescale` had none. In the order in which they were written, which files' comments show. */
function settingsOf(column: unknown): GenerationSettings {
  const settings = fromJson<Omit<GenerationSettings, 'guidanceRescale'> & { guidanceRescale?: number }>(column);
  return { ...settings, guidanceRescale: settings.guidanceRescale ?? 0 };
}

function fromJson<T>(value: unknown): T {
  return value as T;
}
