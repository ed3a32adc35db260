import { GraphQLPositiveInt } from 'graphql-scalars';
import { Field, Float, ObjectType } from 'type-graphql';
import type * as domain from '../generations/generation.js';
import { Sampler } from './enums.js';

@ObjectType({ description: 'A part of the steps of a generation, as fractions of their number.' })
export class GuidanceInterval {
  @Field(() => Float, { description: 'The first step in it is the one at floor(start * steps).' })
  readonly start!: number;

  @Field(() => Float, { description: 'The first step after it is the one at floor(end * steps).' })
  readonly end!: number;
}

@ObjectType({ description: 'What a setting is where an input leaves it out. The seed is random then.' })
export class ModelDefaults {
  @Field(() => GraphQLPositiveInt, { description: 'Width in pixels.' })
  readonly width!: number;

  @Field(() => GraphQLPositiveInt, { description: 'Height in pixels.' })
  readonly height!: number;

  @Field(() => GraphQLPositiveInt, { description: 'Number of frames in the video.' })
  readonly frameCount!: number;

  @Field(() => GraphQLPositiveInt, { description: 'Frames per second.' })
  readonly fps!: number;

  @Field(() => GraphQLPositiveInt, { description: 'Number of denoising steps.' })
  readonly steps!: number;

  @Field(() => Float, { description: 'How strongly the prompt is followed.' })
  readonly guidanceScale!: number;

  @Field(() => Float, {
    description: 'How far guidance keeps the deviation of the prediction without it: 0, not at all, to 1.',
  })
  readonly guidanceRescale!: number;

  @Field(() => Sampler, { description: 'How the denoising equation is solved.' })
  readonly sampler!: domain.Sampler;

  @Field(() => Float, { description: 'Shift of the noise schedule towards much noise.' })
  readonly shift!: number;

  @Field(() => GuidanceInterval, { nullable: true, description: 'The steps with guidance. Null: all of them.' })
  readonly guidanceInterval?: domain.GuidanceInterval;

  @Field(() => GraphQLPositiveInt, {
    nullable: true,
    description: 'So many steps in a row take an extrapolated velocity. Null: none do.',
  })
  readonly cacheSteps?: number;
}
