import { GraphQLPositiveInt, GraphQLSafeInt } from 'graphql-scalars';
import { createUnionType, Field, Float, ObjectType } from 'type-graphql';
import { gibibytes } from '../generations/downgrade.js';
import type * as domain from '../generations/generation.js';
import type { GenerationRecord } from '../generations/record.js';
import type { Created, CreateRefusal, QuotaKind as Quota } from '../generations/request.js';
import { QuotaKind } from './enums.js';
import { Generation, GenerationSettings, SettingsWarning } from './generation.type.js';
import { globalId } from './global-id.js';
import { InvalidInput, NotFound, UserError } from './user-error.type.js';

@ObjectType({ description: 'The generation is stored, and queued unless a stored video answered it.' })
export class CreateGenerationSuccess {
  @Field(() => Generation, { description: 'The generation that was created.' })
  readonly generation: Generation;

  @Field(() => [SettingsWarning], { description: 'Settings that are allowed and probably a mistake.' })
  readonly warnings: readonly domain.SettingsWarning[];

  @Field(() => Boolean, { description: 'True if an earlier request with the same idempotencyKey created it.' })
  readonly replayed: boolean;

  constructor({ generation, replayed }: Created) {
    this.generation = new Generation(generation);
    this.warnings = generation.warnings;
    this.replayed = replayed;
  }
}

@ObjectType({ description: 'All of the generations are stored.' })
export class CreateGenerationsSuccess {
  @Field(() => [Generation], { description: 'What was created, in the order of the inputs.' })
  readonly generations: Generation[];

  constructor(created: readonly Created[]) {
    this.generations = created.map(({ generation }) => new Generation(generation));
  }
}

@ObjectType({ implements: UserError, description: 'As many generations wait as may wait.' })
export class QueueFull extends UserError {
  @Field(() => GraphQLPositiveInt, { description: 'How many generations may wait.' })
  readonly capacity: number;

  @Field(() => Float, { nullable: true, description: 'Seconds after which to try again; null if that is not known.' })
  readonly retryAfterSeconds: number | null;

  constructor(capacity: number, retryAfterSeconds: number | null) {
    super(
      `The queue has room for ${capacity} generations, and not for this. Try again when some of them have started.`,
    );
    this.capacity = capacity;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

@ObjectType({ implements: UserError, description: 'The API key has asked for as much as it may.' })
export class QuotaExceeded extends UserError {
  @Field(() => QuotaKind, { description: 'Which quota.' })
  readonly quota: Quota;

  @Field(() => GraphQLPositiveInt, { description: 'How many the quota allows.' })
  readonly limit: number;

  @Field(() => Float, { nullable: true, description: 'Seconds after which to try again; null if that is not known.' })
  readonly retryAfterSeconds: number | null;

  constructor(quota: Quota, limit: number, retryAfterSeconds: number | null) {
    super(
      quota === 'QUEUED'
        ? `This API key may have ${limit} generations waiting at once.`
        : `This API key may ask for ${limit} generations a day; the next day begins at midnight UTC.`,
    );
    this.quota = quota;
    this.limit = limit;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

@ObjectType({ implements: UserError, description: 'No device has the memory that the settings need.' })
export class DoesNotFit extends UserError {
  @Field(() => GraphQLSafeInt, { description: 'Memory that the settings need.' })
  readonly requiredBytes: number;

  @Field(() => GraphQLSafeInt, { description: 'Memory that the largest device can give.' })
  readonly availableBytes: number;

  @Field(() => GenerationSettings, {
    nullable: true,
    description: 'The largest settings that fit, nothing else changed; null where not even the smallest do.',
  })
  readonly largestThatFits: domain.GenerationSettings | null;

  constructor({ requiredBytes, availableBytes, largest }: Extract<CreateRefusal, { kind: 'doesNotFit' }>) {
    super(
      `The settings need ${gibibytes(requiredBytes)} of memory, and the device has ${gibibytes(availableBytes)}. Make the video smaller or shorter, or allow that with onDoesNotFit: DOWNGRADE.`,
    );
    this.requiredBytes = requiredBytes;
    this.availableBytes = availableBytes;
    this.largestThatFits = largest;
  }
}

@ObjectType({ implements: UserError, description: 'The idempotencyKey was used before with another input.' })
export class IdempotencyConflict extends UserError {
  @Field(() => Generation, { description: 'What that other input created.' })
  readonly existing: Generation;

  constructor(existing: GenerationRecord) {
    super('This idempotencyKey was used with another input. Use a new key for a new generation.');
    this.existing = new Generation(existing);
  }
}

@ObjectType({ implements: UserError, description: 'The generation has not ended yet.' })
export class GenerationBusy extends UserError {
  @Field(() => Generation, { description: 'The generation as it is now.' })
  readonly generation: Generation;

  constructor(generation: GenerationRecord) {
    super('The generation has not ended yet. Wait for its end, or cancel it.');
    this.generation = new Generation(generation);
  }
}

export type CreateProblem = InvalidInput | NotFound | QueueFull | QuotaExceeded | DoesNotFit | IdempotencyConflict;

export function problemOf(refusal: CreateRefusal): CreateProblem {
  switch (refusal.kind) {
    case 'invalidInput':
      return new InvalidInput(refusal.issues);
    case 'notFound':
      return new NotFound(refusal.what, globalId(refusal.what, refusal.id));
    case 'doesNotFit':
      return new DoesNotFit(refusal);
    case 'queueFull':
      return new QueueFull(refusal.capacity, refusal.retryAfterSeconds);
    case 'quotaExceeded':
      return new QuotaExceeded(refusal.quota, refusal.limit, refusal.retryAfterSeconds);
    case 'idempotencyConflict':
      return new IdempotencyConflict(refusal.existing);
  }
}

const problems = [InvalidInput, NotFound, QueueFull, QuotaExceeded, DoesNotFit, IdempotencyConflict] as const;

export const CreateGenerationResult = createUnionType({
  name: 'CreateGenerationResult',
  description: 'What became of createGeneration.',
  types: () => [CreateGenerationSuccess, ...problems] as const,
});
export type CreateGenerationResult = typeof CreateGenerationResult;

export const CreateGenerationsResult = createUnionType({
  name: 'CreateGenerationsResult',
  description: 'What became of createGenerations.',
  types: () => [CreateGenerationsSuccess, ...problems] as const,
});
export type CreateGenerationsResult = typeof CreateGenerationsResult;

export const RetryGenerationResult = createUnionType({
  name: 'RetryGenerationResult',
  description: 'What became of retryGeneration.',
  types: () => [CreateGenerationSuccess, GenerationBusy, ...problems] as const,
});
export type RetryGenerationResult = typeof RetryGenerationResult;
