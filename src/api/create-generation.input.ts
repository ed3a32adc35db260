import { GraphQLURL, GraphQLUUID } from 'graphql-scalars';
import { Field, ID, InputType, Int } from 'type-graphql';
import {
  type CachePolicy as Cache,
  type DoesNotFitPolicy as Fit,
  type GenerationRequest,
  priorities,
} from '../generations/request.js';
import type { Batching } from '../scheduler/ports.js';
import type { WebhookEventName } from '../webhooks/events.js';
import { BatchingPolicy, CachePolicy, DoesNotFitPolicy, WebhookEvent } from './enums.js';
import { GenerationSettingsInput } from './generation-settings.input.js';
import { optionalIdOf } from './global-id.js';
import { OutputsInput } from './outputs.input.js';
import { NotFound } from './user-error.type.js';

@InputType({ description: 'What to make.' })
export class CreateGenerationInput {
  @Field(() => ID, { nullable: true, description: 'Leave out for the default model.' })
  readonly modelId?: string | null;

  @Field(() => String, { description: 'What the video shows; empty for whatever the model likes.' })
  readonly prompt!: string;

  @Field(() => String, { nullable: true, description: 'What it must not show.' })
  readonly negativePrompt?: string | null;

  @Field(() => GenerationSettingsInput, { nullable: true, description: 'Leave out for the defaults of the model.' })
  readonly settings?: GenerationSettingsInput | null;

  @Field(() => ID, {
    nullable: true,
    description: 'A picture that the video begins with; uploaded over HTTP first (POST /uploads).',
  })
  readonly firstFrameUploadId?: string | null;

  @Field(() => OutputsInput, { nullable: true, description: 'What to make of the pictures; an MP4 if left out.' })
  readonly outputs?: OutputsInput | null;

  @Field(() => Int, {
    nullable: true,
    defaultValue: priorities.default,
    description: '-100 to 100, higher goes first.',
  })
  readonly priority?: number | null;

  @Field(() => DoesNotFitPolicy, {
    nullable: true,
    defaultValue: DoesNotFitPolicy.REFUSE,
    description: 'What to do where no device has the memory for the settings.',
  })
  readonly onDoesNotFit?: Fit | null;

  @Field(() => BatchingPolicy, {
    nullable: true,
    defaultValue: BatchingPolicy.AUTO,
    description: 'Whether other generations may share its steps.',
  })
  readonly batching?: Batching | null;

  @Field(() => CachePolicy, {
    nullable: true,
    defaultValue: CachePolicy.USE,
    description: 'Whether a stored video of the same request will do.',
  })
  readonly cache?: Cache | null;

  @Field(() => GraphQLURL, {
    nullable: true,
    description: 'Where to POST its events to, signed, until they are received; private addresses are refused.',
  })
  readonly webhookUrl?: URL | null;

  @Field(() => [WebhookEvent], {
    nullable: true,
    description: "Which events to POST; the server's choice if left out, as a rule those that end the generation.",
  })
  readonly webhookEvents?: WebhookEventName[] | null;

  @Field(() => ID, { nullable: true, description: 'The generation whose settings it started from.' })
  readonly remixedFromId?: string | null;

  @Field(() => GraphQLUUID, {
    nullable: true,
    description: 'Same key, same input: the first result again. Same key, other input: IdempotencyConflict.',
  })
  readonly idempotencyKey?: string | null;
}

/** The request in the application's words, with ids of the database. */
export function requestOf(input: CreateGenerationInput): GenerationRequest | NotFound {
  const { modelId, remixedFromId, firstFrameUploadId, webhookUrl, ...rest } = input;
  const model = optionalIdOf('model', modelId);
  if (model === null) return new NotFound('model', modelId ?? '');
  const origin = optionalIdOf('generation', remixedFromId);
  if (origin === null) return new NotFound('generation', remixedFromId ?? '');
  const upload = optionalIdOf('upload', firstFrameUploadId);
  if (upload === null) return new NotFound('upload', firstFrameUploadId ?? '');
  return { ...rest, model, remixedFromId: origin, firstFrameUploadId: upload, webhookUrl: webhookUrl?.href };
}
