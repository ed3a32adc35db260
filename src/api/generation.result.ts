import { createUnionType, Field, ID, ObjectType } from 'type-graphql';
import type { GenerationRecord } from '../generations/record.js';
import { GenerationBusy } from './create-generation.result.js';
import { Generation } from './generation.type.js';
import { InvalidInput, NotFound } from './user-error.type.js';

@ObjectType({ description: 'The generation has ended: canceled, or as it had ended before.' })
export class CancelGenerationSuccess {
  @Field(() => Generation, { description: 'The generation as it is now.' })
  readonly generation: Generation;

  constructor(record: GenerationRecord) {
    this.generation = new Generation(record);
  }
}

@ObjectType({ description: 'The priority holds. One that has ended keeps the one it had.' })
export class SetGenerationPrioritySuccess {
  @Field(() => Generation, { description: 'The generation as it is now.' })
  readonly generation: Generation;

  constructor(record: GenerationRecord) {
    this.generation = new Generation(record);
  }
}

@ObjectType({ description: 'The star is set, or taken away.' })
export class SetGenerationStarredSuccess {
  @Field(() => Generation, { description: 'The generation as it is now.' })
  readonly generation: Generation;

  constructor(record: GenerationRecord) {
    this.generation = new Generation(record);
  }
}

@ObjectType({ description: 'The generation and its files are gone.' })
export class DeleteGenerationSuccess {
  @Field(() => ID, { description: 'The id that it had.' })
  readonly deletedId: string;

  constructor(deletedId: string) {
    this.deletedId = deletedId;
  }
}

export const CancelGenerationResult = createUnionType({
  name: 'CancelGenerationResult',
  description: 'What became of cancelGeneration.',
  types: () => [CancelGenerationSuccess, NotFound] as const,
});
export type CancelGenerationResult = typeof CancelGenerationResult;

export const SetGenerationPriorityResult = createUnionType({
  name: 'SetGenerationPriorityResult',
  description: 'What became of setGenerationPriority.',
  types: () => [SetGenerationPrioritySuccess, InvalidInput, NotFound] as const,
});
export type SetGenerationPriorityResult = typeof SetGenerationPriorityResult;

export const SetGenerationStarredResult = createUnionType({
  name: 'SetGenerationStarredResult',
  description: 'What became of setGenerationStarred.',
  types: () => [SetGenerationStarredSuccess, NotFound] as const,
});
export type SetGenerationStarredResult = typeof SetGenerationStarredResult;

export const DeleteGenerationResult = createUnionType({
  name: 'DeleteGenerationResult',
  description: 'What became of deleteGeneration.',
  types: () => [DeleteGenerationSuccess, NotFound, GenerationBusy] as const,
});
export type DeleteGenerationResult = typeof DeleteGenerationResult;
