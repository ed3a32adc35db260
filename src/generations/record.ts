import type { Batching } from '../scheduler/ports.js';
import type { Outputs } from '../video/outputs.js';
import type { WebhookEventName } from '../webhooks/events.js';
import type {
  Adjustment,
  Artifact,
  GenerationFailure,
  GenerationSettings,
  GenerationStatus,
  Progress,
  SettingsWarning,
  Usage,
} from './generation.js';

/** A generation as stored. */
export interface GenerationRecord {
  /** UUIDv7 */
  readonly id: string;
  readonly status: GenerationStatus;
  readonly priority: number;
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly model: string;
  readonly settings: GenerationSettings;
  readonly adjustments: readonly Adjustment[];
  readonly warnings: readonly SettingsWarning[];
  readonly idempotencyKey: string | null;
  readonly inputHash: string | null;
  /** Without the preview: `previewSequence` names the event that holds it. */
  readonly progress: Omit<Progress, 'preview'>;
  readonly previewSequence: number | null;
  readonly lastSequence: number;
  readonly deviceId: string | null;
  readonly failure: GenerationFailure | null;
  readonly usage: Usage | null;
  readonly artifacts: readonly Artifact[];
  readonly remixedFromId: string | null;
  readonly retriedFromId: string | null;
  /** The API key that it belongs to. */
  readonly clientId: string | null;
  readonly batching: Batching;
  readonly outputs: Outputs;
  readonly firstFrameUploadId: string | null;
  readonly webhookUrl: string | null;
  /** Null for the server's choice. */
  readonly webhookEvents: readonly WebhookEventName[] | null;
  /** True where the artifacts were made by another generation. */
  readonly cached: boolean;
  /** Null where the cache must not know of it. */
  readonly requestHash: string | null;
  /** The same without the seed. */
  readonly seedlessHash: string | null;
  /** The identical generation in flight whose result this one waits for. */
  readonly leaderId: string | null;
  readonly starred: boolean;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

/** What a generation is before anything happened to it. */
export type NewGeneration = Pick<
  GenerationRecord,
  | 'id'
  | 'priority'
  | 'prompt'
  | 'negativePrompt'
  | 'model'
  | 'settings'
  | 'adjustments'
  | 'warnings'
  | 'idempotencyKey'
  | 'inputHash'
  | 'remixedFromId'
  | 'retriedFromId'
  | 'clientId'
  | 'batching'
  | 'outputs'
  | 'firstFrameUploadId'
  | 'webhookUrl'
  | 'webhookEvents'
  | 'requestHash'
  | 'seedlessHash'
>;

export function waiting(settings: GenerationSettings): GenerationRecord['progress'] {
  return { phase: 'WAITING', step: 0, totalSteps: settings.steps, fraction: 0, secondsRemaining: null };
}
