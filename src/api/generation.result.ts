import { GraphQLPositiveInt } from 'graphql-scalars';
import { createUnionType, Field, Float, ObjectType } from 'type-graphql';
import type * as domain from '../generations/generation.js';
import type { GenerationRecord } from '../generations/record.js';
import { Generation, SettingsWarning } from './generation.type.js';
import { InvalidInput, NotFound, UserError } from './user-error.type.js';

@ObjectType({ description: 'The generation is stored and queued.' })
export class CreateGenerationSuccess {
  @Field(() => Generation, { description: 'What was created.' })
  readonly generation: Generation;

  @Field(() => [SettingsWarning], { description: 'Settings that are allowed and probably a mistake.' })
  readonly warnings: readonly domain.SettingsWarning[];

  @Field(() => Boolean, { description: 'True if an earlier request with the same idempotencyKey created it.' })
  readonly replayed: boolean;

  constructor(record: GenerationRecord, replayed: boolean) {
    this.generation = new Generation(record);
    this.warnings = record.warnings;
    this.replayed = replayed;
  }
}

@ObjectType({ implements: UserError, description: 'As many generations wait as may wait.' })
export class QueueFull extends UserError {
  @Field(() => GraphQLPositiveInt, { description: 'How many may wait.' })
  readonly capacity: number;

  @Field(() => Float, { nullable: true, description: 'When to try again; null if that is not known.' })
  readonly retryAfterSeconds: number | null;

  constructor(capacity: number, retryAfterSeconds: number | null) {
    super(`${capacity} generations wait already. Try again when one of them has started.`);
    this.capacity = capacity;
    this.retryAfterSeconds = retryAfterSeconds;
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

@ObjectType({ description: 'The generation has ended: canceled, or as it had ended before.' })
export class CancelGenerationSuccess {
  @Field(() => Generation, { description: 'The generation as it is now.' })
  readonly generation: Generation;

  constructor(record: GenerationRecord) {
    this.generation = new Generation(record);
  }
}

export const CreateGenerationResult = createUnionType({
  name: 'CreateGenerationResult',
  description: 'What became of createGeneration.',
  types: () => [CreateGenerationSuccess, InvalidInput, NotFound, QueueFull, IdempotencyConflict] as const,
});
export type CreateGenerationResult = typeof CreateGenerationResult;

export const CancelGenerationResult = createUnionType({
  name: 'CancelGenerationResult',
  description: 'What became of cancelGeneration.',
  types: () => [CancelGenerationSuccess, NotFound] as const,
});
export type CancelGenerationResult = typeof CancelGenerationResult;
