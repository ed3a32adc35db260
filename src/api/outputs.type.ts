import { GraphQLNonNegativeInt, GraphQLPositiveInt } from 'graphql-scalars';
import { Field, Float, ObjectType } from 'type-graphql';
import type { VideoFormat as Format } from '../video/outputs.js';
import { VideoFormat } from './enums.js';

@ObjectType({ description: 'A part of the picture, in pixels of the video as generated.' })
export class Crop {
  @Field(() => GraphQLNonNegativeInt, { description: 'From the left edge.' })
  readonly x!: number;

  @Field(() => GraphQLNonNegativeInt, { description: 'From the upper edge.' })
  readonly y!: number;

  @Field(() => GraphQLPositiveInt, { description: 'Pixels.' })
  readonly width!: number;

  @Field(() => GraphQLPositiveInt, { description: 'Pixels.' })
  readonly height!: number;
}

@ObjectType({ description: 'A line of text drawn into the picture.' })
export class Subtitle {
  @Field(() => String, { description: 'What it says.' })
  readonly text!: string;

  @Field(() => Float, { description: 'When it appears.' })
  readonly startSeconds!: number;

  @Field(() => Float, { description: 'When it is gone again.' })
  readonly endSeconds!: number;
}

@ObjectType({ description: 'What is made of the pictures.' })
export class Outputs {
  @Field(() => [VideoFormat], { description: 'The first is the video, the others are extras.' })
  readonly formats!: readonly Format[];

  @Field(() => Crop, { nullable: true, description: 'Null for the whole picture.' })
  readonly crop!: Crop | null;

  @Field(() => [Subtitle], { description: 'From the first to the last; may be empty.' })
  readonly subtitles!: readonly Subtitle[];
}
