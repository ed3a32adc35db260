import { GraphQLNonNegativeInt, GraphQLPositiveInt } from 'graphql-scalars';
import { Field, Float, ObjectType } from 'type-graphql';
import type { VideoFormat as Format } from '../video/outputs.js';
import { VideoFormat } from './enums.js';

@ObjectType({ description: 'A part of the picture, in pixels of the video as generated.' })
export class Crop {
  @Field(() => GraphQLNonNegativeInt, { description: 'Distance from the left edge in pixels.' })
  readonly x!: number;

  @Field(() => GraphQLNonNegativeInt, { description: 'Distance from the upper edge in pixels.' })
  readonly y!: number;

  @Field(() => GraphQLPositiveInt, { description: 'Width in pixels.' })
  readonly width!: number;

  @Field(() => GraphQLPositiveInt, { description: 'Height in pixels.' })
  readonly height!: number;
}

@ObjectType({ description: 'A line of text drawn into the picture.' })
export class Subtitle {
  @Field(() => String, { description: 'What it says.' })
  readonly text!: string;

  @Field(() => Float, { description: 'When it appears, in seconds from the beginning.' })
  readonly startSeconds!: number;

  @Field(() => Float, { description: 'When it disappears, in seconds from the beginning.' })
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
