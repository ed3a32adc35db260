import type { Adjustment } from '../generations/generation.js';
import type { GenerationRecord } from '../generations/record.js';
import { secondsOf } from './grid.js';

const statuses = {
  QUEUED: 'queued',
  RUNNING: 'in_progress',
  SUCCEEDED: 'completed',
  FAILED: 'failed',
  CANCELED: 'failed',
} as const;

/** A generation as OpenAI's API describes a video; `adjustments` is ours. */
export function describeVideo(generation: GenerationRecord, adjustments: readonly Adjustment[] = []): object {
  const { id, status, settings, progress, createdAt, finishedAt } = generation;
  return {
    id: videoId(id),
    object: 'video',
    model: generation.model,
    status: statuses[status],
    progress: Math.floor(progress.fraction * 100),
    created_at: unixTime(createdAt),
    completed_at: status === 'SUCCEEDED' && finishedAt ? unixTime(finishedAt) : null,
    // Files are kept until the video is deleted.
    expires_at: null,
    size: `${settings.width}x${settings.height}`,
    seconds: secondsOf(settings.frameCount, settings.fps),
    prompt: generation.prompt,
    remixed_from_video_id: generation.remixedFromId && videoId(generation.remixedFromId),
    error: errorOf(generation),
    adjustments: [...adjustments, ...generation.adjustments],
  };
}

export function videoId(generationId: string): string {
  return `video_${generationId}`;
}

/** The generation's id in a video's; null for what is none. */
export function generationIdOf(id: string): string | null {
  return /^video_([0-9a-f-]{36})$/.exec(id)?.[1] ?? null;
}

function errorOf({ status, failure }: GenerationRecord): { code: string; message: string } | null {
  if (status === 'CANCELED') return { code: 'canceled', message: 'Somebody stopped it.' };
  return failure && { code: failure.code.toLowerCase(), message: failure.message };
}

function unixTime(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
