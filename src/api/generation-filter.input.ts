import { Field, GraphQLISODateTime, ID, InputType } from 'type-graphql';
import type { GenerationFilter as Filter } from '../generations/filter.js';
import type { GenerationStatus as Status } from '../generations/generation.js';
import { GenerationStatus } from './enums.js';
import { idOf } from './global-id.js';

@InputType({ description: 'Which generations to list: those that fit all that is given.' })
export class GenerationFilter {
  @Field(() => [GenerationStatus], { nullable: true, description: 'Only those with one of these statuses.' })
  readonly status?: Status[] | null;

  @Field(() => ID, { nullable: true, description: 'Only those of this model.' })
  readonly modelId?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'With this text somewhere in the prompt; case does not matter in ASCII, % stands for any text and _ for any character.',
  })
  readonly promptContains?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'With each of these words somewhere in the prompt or the negative prompt, in any order; compared like promptContains.',
  })
  readonly text?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Only those that are starred, or only those that are not.' })
  readonly starred?: boolean | null;

  @Field(() => GraphQLISODateTime, { nullable: true, description: 'Only those created after this moment.' })
  readonly createdAfter?: Date | null;

  @Field(() => GraphQLISODateTime, { nullable: true, description: 'Only those created before this moment.' })
  readonly createdBefore?: Date | null;
}

export function filterOf(input: GenerationFilter | null | undefined): Filter {
  return {
    statuses: input?.status ?? undefined,
    // An id that is no model's belongs to no generation: a name that no model can have.
    model: input?.modelId == null ? undefined : (idOf('model', input.modelId) ?? ''),
    promptContains: input?.promptContains ?? undefined,
    text: input?.text ?? undefined,
    starred: input?.starred ?? undefined,
    createdAfter: input?.createdAfter ?? undefined,
    createdBefore: input?.createdBefore ?? undefined,
  };
}
