import { GraphQLUUID } from 'graphql-scalars';
import { Field, ID, InputType, Int } from 'type-graphql';
import { OutputsInput } from './outputs.input.js';

@InputType({ description: 'What to stop.' })
export class CancelGenerationInput {
  @Field(() => ID, { description: 'Id of the generation.' })
  readonly id!: string;
}

@InputType({ description: 'What to do again.' })
export class RetryGenerationInput {
  @Field(() => ID, { description: 'Id of the generation.' })
  readonly id!: string;

  @Field(() => OutputsInput, {
    nullable: true,
    description: 'What to make of the pictures this time; the same as before if left out.',
  })
  readonly outputs?: OutputsInput | null;

  @Field(() => GraphQLUUID, { nullable: true, description: 'The same key again: the first retry again.' })
  readonly idempotencyKey?: string | null;
}

@InputType({ description: 'How urgent something is.' })
export class SetGenerationPriorityInput {
  @Field(() => ID, { description: 'Id of the generation.' })
  readonly id!: string;

  @Field(() => Int, { description: '-100 to 100, higher goes first.' })
  readonly priority!: number;
}

@InputType({ description: 'What to keep in sight.' })
export class SetGenerationStarredInput {
  @Field(() => ID, { description: 'Id of the generation.' })
  readonly id!: string;

  @Field(() => Boolean, { description: 'False takes the star away.' })
  readonly starred!: boolean;
}

@InputType({ description: 'What to remove.' })
export class DeleteGenerationInput {
  @Field(() => ID, { description: 'Id of the generation.' })
  readonly id!: string;
}
