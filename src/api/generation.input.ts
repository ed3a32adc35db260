import { GraphQLSafeInt, GraphQLUUID } from 'graphql-scalars';
import { Field, Float, GraphQLISODateTime, ID, InputType, Int } from 'type-graphql';
import type { Sampler as SamplerName, GenerationStatus as Status } from '../generations/generation.js';
import { GenerationStatus, Sampler } from './enums.js';

@InputType({
  description:
    "Settings to choose. What is left out takes the model's default; all are checked against its limits, and what is wrong comes back as InvalidInput.",
})
export class GenerationSettingsInput {
  @Field(() => Int, { nullable: true, description: "Pixels; divisible by the model's sizeMultiple." })
  readonly width?: number | null;

  @Field(() => Int, { nullable: true, description: "Pixels; divisible by the model's sizeMultiple." })
  readonly height?: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Pictures in the video: 4n + 1 with the Wan models. Others are changed to 4*floor(F/4) + 1, as adjustments say.',
  })
  readonly frameCount?: number | null;

  @Field(() => Int, { nullable: true, description: 'Pictures a second: 1 to 60.' })
  readonly fps?: number | null;

  @Field(() => Int, { nullable: true, description: 'Denoising steps.' })
  readonly steps?: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'How strongly the prompt is followed: 0 to 100, above 9 with a warning.',
  })
  readonly guidanceScale?: number | null;

  @Field(() => Sampler, { nullable: true, description: 'How the denoising equation is solved.' })
  readonly sampler?: SamplerName | null;

  @Field(() => Float, { nullable: true, description: 'Shift of the noise schedule towards much noise.' })
  readonly shift?: number | null;

  @Field(() => GraphQLSafeInt, { nullable: true, description: '0 to 2^53 - 1. Leave out for a random one.' })
  readonly seed?: number | null;
}

@InputType({ description: 'What to make.' })
export class CreateGenerationInput {
  @Field(() => ID, { nullable: true, description: 'Leave out for the default model.' })
  readonly modelId?: string | null;

  @Field(() => String, { description: 'What the video shows.' })
  readonly prompt!: string;

  @Field(() => String, { nullable: true, description: 'What it must not show.' })
  readonly negativePrompt?: string | null;

  @Field(() => GenerationSettingsInput, { nullable: true, description: 'Leave out for the defaults of the model.' })
  readonly settings?: GenerationSettingsInput | null;

  @Field(() => Int, { nullable: true, description: '-100 to 100, higher goes first; 0 if left out.' })
  readonly priority?: number | null;

  @Field(() => ID, { nullable: true, description: 'The generation whose settings it started from.' })
  readonly remixedFromId?: string | null;

  @Field(() => GraphQLUUID, {
    nullable: true,
    description: 'Same key, same input: the first result again. Same key, other input: IdempotencyConflict.',
  })
  readonly idempotencyKey?: string | null;
}

@InputType({ description: 'What to stop.' })
export class CancelGenerationInput {
  @Field(() => ID, { description: 'Of the generation.' })
  readonly id!: string;
}

@InputType({ description: 'Which generations to list: those that fit all that is given.' })
export class GenerationFilter {
  @Field(() => [GenerationStatus], { nullable: true, description: 'One of these.' })
  readonly status?: Status[] | null;

  @Field(() => ID, { nullable: true, description: 'Of this model.' })
  readonly modelId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'With this text somewhere in the prompt; case does not matter in ASCII.',
  })
  readonly promptContains?: string | null;

  @Field(() => GraphQLISODateTime, { nullable: true, description: 'Created after this.' })
  readonly createdAfter?: Date | null;

  @Field(() => GraphQLISODateTime, { nullable: true, description: 'Created before this.' })
  readonly createdBefore?: Date | null;
}
