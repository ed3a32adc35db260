import type { Batching } from '../scheduler/ports.js';
import type { Crop, Subtitle, VideoFormat } from '../video/outputs.js';
import type { WebhookEventName } from '../webhooks/events.js';
import type { GenerationSettings } from './generation.js';
import type { InputIssue } from './issue.js';
import type { GenerationRecord } from './record.js';
import type { SettingsInput } from './settings.js';

type Maybe<T> = T | null | undefined;

export const doesNotFitPolicies = ['REFUSE', 'DOWNGRADE'] as const;
export type DoesNotFitPolicy = (typeof doesNotFitPolicies)[number];

/**
 * What a stored video of the same request is good for. The default is USE: it can only answer who pins the seed, and who pins
 * the seed asks for a video that is known already. A seed that nobody pinned is answered with any stored video only where the
 * caller says so in a word of its own (USE_ANY_SEED), since two requests without a seed usually mean two videos.
 */
export const cachePolicies = ['USE', 'USE_ANY_SEED', 'REFRESH', 'BYPASS'] as const;
export type CachePolicy = (typeof cachePolicies)[number];

export interface OutputsInput {
  readonly formats?: Maybe<readonly VideoFormat[]>;
  readonly crop?: Maybe<Crop>;
  readonly subtitles?: Maybe<readonly Subtitle[]>;
}

/** A request for one video; null and left out are the same. Ids are those of the database. */
export interface GenerationRequest {
  /** Name of a model; the default one if left out. */
  readonly model?: Maybe<string>;
  readonly prompt: string;
  readonly negativePrompt?: Maybe<string>;
  readonly settings?: Maybe<SettingsInput>;
  readonly firstFrameUploadId?: Maybe<string>;
  readonly outputs?: Maybe<OutputsInput>;
  readonly priority?: Maybe<number>;
  readonly onDoesNotFit?: Maybe<DoesNotFitPolicy>;
  readonly batching?: Maybe<Batching>;
  readonly cache?: Maybe<CachePolicy>;
  readonly webhookUrl?: Maybe<string>;
  readonly webhookEvents?: Maybe<readonly WebhookEventName[]>;
  readonly remixedFromId?: Maybe<string>;
  readonly idempotencyKey?: Maybe<string>;
}

export const priorities = { min: -100, max: 100, default: 0 } as const;
/** Of one call of createGenerations. */
export const maxBatch = 64;

export const quotaKinds = ['QUEUED', 'PER_DAY'] as const;
export type QuotaKind = (typeof quotaKinds)[number];

/** Why nothing was created. In a batch the first cause counts, and issues name their input. */
export type CreateRefusal =
  | { readonly kind: 'invalidInput'; readonly issues: readonly InputIssue[] }
  | { readonly kind: 'notFound'; readonly what: 'model' | 'generation' | 'upload'; readonly id: string }
  | {
      readonly kind: 'doesNotFit';
      readonly requiredBytes: number;
      readonly availableBytes: number;
      readonly largest: GenerationSettings | null;
    }
  | { readonly kind: 'queueFull'; readonly capacity: number; readonly retryAfterSeconds: number | null }
  | {
      readonly kind: 'quotaExceeded';
      readonly quota: QuotaKind;
      readonly limit: number;
      readonly retryAfterSeconds: number | null;
    }
  | { readonly kind: 'idempotencyConflict'; readonly existing: GenerationRecord };

export interface Created {
  readonly generation: GenerationRecord;
  /** True if an earlier request with the same key created it. */
  readonly replayed: boolean;
}

export type CreateResult = ({ readonly kind: 'created' } & Created) | CreateRefusal;
export type CreateManyResult = { readonly kind: 'created'; readonly created: readonly Created[] } | CreateRefusal;
