import { GraphQLNonNegativeInt, GraphQLSafeInt } from 'graphql-scalars';
import { Ctx, Field, Float, GraphQLISODateTime, Int, ObjectType } from 'type-graphql';
import type * as domain from '../generations/generation.js';
import type { GenerationRecord } from '../generations/record.js';
import type { Batching } from '../scheduler/ports.js';
import type { Outputs as domainOutputs } from '../video/outputs.js';
import { Artifact } from './artifact.type.js';
import type { ApiContext } from './context.js';
import { Device } from './device.type.js';
import { BatchingPolicy, FailureCode, GenerationStatus } from './enums.js';
import { loadGeneration } from './generation-loader.js';
import { Model } from './model.type.js';
import { ModelDefaults } from './model-defaults.type.js';
import { Node } from './node.type.js';
import { Outputs } from './outputs.type.js';
import { GenerationProgress, Preview } from './progress.type.js';
import { Upload } from './upload.type.js';

/** A type of a module that imports this one: as a bare type annotation its class would be read before it exists. */
type Relation<T> = T;

@ObjectType({
  description: 'Every setting resolved, seed included: resubmitted as they are, they give the same video.',
})
export class GenerationSettings extends ModelDefaults {
  @Field(() => GraphQLSafeInt, { description: 'Where the noise comes from: 0 to 2^53 - 1.' })
  readonly seed!: number;
}

@ObjectType({ description: 'What the server changed in the settings asked for.' })
export class Adjustment {
  @Field(() => String, { description: 'Name of the setting.' })
  readonly field!: string;

  @Field(() => String, { description: 'What was asked for.' })
  readonly from!: string;

  @Field(() => String, { description: 'What it was changed to.' })
  readonly to!: string;

  @Field(() => String, { description: 'Why it was changed.' })
  readonly reason!: string;
}

@ObjectType({ description: 'A setting that is allowed and probably a mistake.' })
export class SettingsWarning {
  @Field(() => String, { description: 'Name of the setting.' })
  readonly field!: string;

  @Field(() => String, { description: 'What to expect.' })
  readonly message!: string;
}

@ObjectType({ description: 'Why there is no video.' })
export class GenerationFailure {
  @Field(() => FailureCode, { description: 'The cause, for programs.' })
  readonly code!: domain.FailureCode;

  @Field(() => String, { description: 'The cause, for people.' })
  readonly message!: string;

  @Field(() => Boolean, { description: 'Whether trying the same again may succeed.' })
  readonly retryable!: boolean;
}

@ObjectType({ description: 'What a run cost.' })
export class GenerationUsage {
  @Field(() => Float, { description: 'Seconds from its creation to the first work for it.' })
  readonly queueSeconds!: number;

  @Field(() => Float, { description: 'Seconds that a device worked for it.' })
  readonly computeSeconds!: number;

  @Field(() => Float, { description: 'Seconds from the first work for it to its end.' })
  readonly wallSeconds!: number;

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'Peak of the memory in use, in bytes; null where it cannot be measured.',
  })
  readonly peakBytes!: number | null;

  @Field(() => GraphQLNonNegativeInt, {
    nullable: true,
    description:
      'Rows that the denoiser computed for it: two in a step with guidance, one without, none where the velocity is extrapolated. Null for generations from before this was counted.',
  })
  readonly denoiserRows!: number | null;

  @Field(() => Float, {
    description:
      'Rows that a step computed at once on average, those of other generations included; 2 for one guided alone.',
  })
  readonly averageBatchRows!: number;

  @Field(() => GraphQLNonNegativeInt, { description: 'How often it went on from a checkpoint.' })
  readonly resumes!: number;

  @Field(() => GraphQLNonNegativeInt, { description: 'How often a more urgent one went first.' })
  readonly preemptions!: number;
}

@ObjectType({ implements: Node, description: 'One request for one video, and all that belongs to it.' })
export class Generation extends Node {
  constructor(readonly record: GenerationRecord) {
    super('generation', record.id);
  }

  @Field(() => GenerationStatus, { description: 'Where it is in its life.' })
  get status(): domain.GenerationStatus {
    return this.record.status;
  }

  @Field(() => String, { description: 'What the video shows.' })
  get prompt(): string {
    return this.record.prompt;
  }

  @Field(() => String, { description: 'What it must not show; may be empty.' })
  get negativePrompt(): string {
    return this.record.negativePrompt;
  }

  @Field(() => GenerationSettings, { description: 'Every setting resolved, seed included.' })
  get settings(): domain.GenerationSettings {
    return this.record.settings;
  }

  @Field(() => [Adjustment], { description: 'What the server changed in the settings asked for.' })
  get adjustments(): readonly domain.Adjustment[] {
    return this.record.adjustments;
  }

  @Field(() => [SettingsWarning], { description: 'Settings that are allowed and probably a mistake.' })
  get warnings(): readonly domain.SettingsWarning[] {
    return this.record.warnings;
  }

  @Field(() => Outputs, { description: 'What is made of the pictures.' })
  get outputs(): domainOutputs {
    return this.record.outputs;
  }

  @Field(() => BatchingPolicy, { description: 'Whether other generations may share its steps.' })
  get batching(): Batching {
    return this.record.batching;
  }

  @Field(() => Upload, { nullable: true, description: 'The picture that the video begins with.' })
  async firstFrame(@Ctx() { service, caller }: ApiContext): Promise<Upload | null> {
    const { firstFrameUploadId } = this.record;
    const upload = firstFrameUploadId && (await service.upload(caller, firstFrameUploadId));
    return upload ? new Upload(upload) : null;
  }

  @Field(() => String, { description: 'Name of its model, also when that is no longer installed.' })
  get modelName(): string {
    return this.record.model;
  }

  @Field(() => Model, { nullable: true, description: 'Its model. Null if that is no longer installed.' })
  model(@Ctx() { catalog }: ApiContext): Model | null {
    const info = catalog.get(this.record.model);
    return info ? new Model(info) : null;
  }

  @Field(() => Device, {
    nullable: true,
    description: 'The device that works on it, or did so last; null until one has started.',
  })
  device(@Ctx() { scheduler }: ApiContext): Relation<Device> | null {
    return this.record.deviceId === null ? null : Device.find(scheduler, this.record.deviceId);
  }

  @Field(() => Int, { description: 'From -100 to 100: a higher one goes first.' })
  get priority(): number {
    return this.record.priority;
  }

  @Field(() => GenerationProgress, { description: 'How far it is.' })
  progress(@Ctx() { service, events }: ApiContext): GenerationProgress {
    const { id, status, progress, previewSequence } = this.record;
    const readPreview = async () => {
      if (previewSequence === null) return null;
      const preview = await events.log.preview(id, previewSequence);
      return preview && new Preview(preview, { generationId: id, sequence: previewSequence });
    };
    return new GenerationProgress(progress, readPreview, status === 'QUEUED' ? service.position(id) : null);
  }

  @Field(() => [Artifact], { description: 'Not empty exactly when SUCCEEDED; the first is the video.' })
  get artifacts(): Artifact[] {
    return this.record.artifacts.map((artifact) => new Artifact(artifact));
  }

  @Field(() => GenerationFailure, { nullable: true, description: 'Set exactly when FAILED.' })
  get failure(): domain.GenerationFailure | null {
    return this.record.failure;
  }

  @Field(() => GenerationUsage, {
    nullable: true,
    description: 'What the run cost. Null until it ended, and where nothing ran for it.',
  })
  get usage(): domain.Usage | null {
    return this.record.usage;
  }

  @Field(() => Boolean, { description: 'True where another generation of the same request made its artifacts.' })
  get cached(): boolean {
    return this.record.cached;
  }

  @Field(() => Boolean, {
    description:
      'Whether its finished latents are still kept: retryGeneration then makes other outputs without denoising again. They are for a while; false until it has ended.',
  })
  latentsKept(@Ctx() { service }: ApiContext): Promise<boolean> {
    return service.latentsKept(this.record);
  }

  @Field(() => Boolean, { description: 'Whether setGenerationStarred has marked it.' })
  get starred(): boolean {
    return this.record.starred;
  }

  @Field(() => Generation, { nullable: true, description: 'The one whose settings it started from.' })
  remixedFrom(@Ctx() context: ApiContext): Promise<Generation | null> {
    return linked(this.record.remixedFromId, context);
  }

  @Field(() => Generation, { nullable: true, description: 'The one that it repeats.' })
  retriedFrom(@Ctx() context: ApiContext): Promise<Generation | null> {
    return linked(this.record.retriedFromId, context);
  }

  @Field(() => GraphQLNonNegativeInt, { description: 'Pass to generationEvents(after:) to join with no gap.' })
  get lastSequence(): number {
    return this.record.lastSequence;
  }

  @Field(() => GraphQLISODateTime, { description: 'When it was created.' })
  get createdAt(): Date {
    return this.record.createdAt;
  }

  @Field(() => GraphQLISODateTime, { nullable: true, description: 'When a device began with it.' })
  get startedAt(): Date | null {
    return this.record.startedAt;
  }

  @Field(() => GraphQLISODateTime, { nullable: true, description: 'When it reached its final status.' })
  get finishedAt(): Date | null {
    return this.record.finishedAt;
  }
}

async function linked(id: string | null, context: ApiContext): Promise<Generation | null> {
  const record = id && (await loadGeneration(context, id));
  return record ? new Generation(record) : null;
}
