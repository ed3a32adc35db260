import { Field, Float, InputType, Int } from 'type-graphql';
import type { VideoFormat as Format } from '../video/outputs.js';
import { VideoFormat } from './enums.js';

@InputType({
  description: 'A part of the picture, in pixels of the video as generated. Sides are even and at least 16.',
})
export class CropInput {
  @Field(() => Int, { description: 'Distance from the left edge in pixels.' })
  readonly x!: number;

  @Field(() => Int, { description: 'Distance from the upper edge in pixels.' })
  readonly y!: number;

  @Field(() => Int, { description: 'Width in pixels.' })
  readonly width!: number;

  @Field(() => Int, { description: 'Height in pixels.' })
  readonly height!: number;
}

@InputType({ description: 'A line of text drawn into the picture, in any script; emoji are drawn as outlines.' })
export class SubtitleInput {
  @Field(() => String, { description: 'Up to 500 characters in up to 4 lines.' })
  readonly text!: string;

  @Field(() => Float, { description: 'When it appears, in seconds from the beginning.' })
  readonly startSeconds!: number;

  @Field(() => Float, { description: 'When it disappears, in seconds from the beginning.' })
  readonly endSeconds!: number;
}

@InputType({ description: 'What to make of the pictures once they are there.' })
export class OutputsInput {
  @Field(() => [VideoFormat], {
    nullable: true,
    description: 'The first is the video, the others are extras; MP4_H264 if left out.',
  })
  readonly formats?: Format[] | null;

  @Field(() => CropInput, { nullable: true, description: 'The whole picture if left out.' })
  readonly crop?: CropInput | null;

  @Field(() => [SubtitleInput], { nullable: true, description: 'Lines of text to draw into the picture; at most 100.' })
  readonly subtitles?: SubtitleInput[] | null;
}
