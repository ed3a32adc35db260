import { GraphQLSafeInt } from 'graphql-scalars';
import { Field, Float, InputType, Int } from 'type-graphql';
import type { Sampler as SamplerName } from '../generations/generation.js';
import { Sampler } from './enums.js';

@InputType({ description: 'A part of the steps of a generation, as fractions of their number: 0 <= start < end <= 1.' })
export class GuidanceIntervalInput {
  @Field(() => Float, { defaultValue: 0, description: 'The first step in it is the one at floor(start * steps).' })
  readonly start!: number;

  @Field(() => Float, { defaultValue: 1, description: 'The first step after it is the one at floor(end * steps).' })
  readonly end!: number;
}

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

  @Field(() => Int, { nullable: true, description: 'Frames per second, 1 to 60.' })
  readonly fps?: number | null;

  @Field(() => Int, { nullable: true, description: 'Number of denoising steps.' })
  readonly steps?: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'How strongly the prompt is followed: 0 to 100, above 9 with a warning.',
  })
  readonly guidanceScale?: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "0 to 1: how far guidance keeps the deviation of the prediction for the prompt alone, against burnt colours at a high guidanceScale (Lin et al. 2024, section 3.4; diffusers' guidance_rescale). Costs next to no time. 0 where there is no guidance.",
  })
  readonly guidanceRescale?: number | null;

  @Field(() => Sampler, { nullable: true, description: 'How the denoising equation is solved.' })
  readonly sampler?: SamplerName | null;

  @Field(() => Float, { nullable: true, description: 'Shift of the noise schedule towards much noise.' })
  readonly shift?: number | null;

  @Field(() => GraphQLSafeInt, { nullable: true, description: '0 to 2^53 - 1. Leave out for a random one.' })
  readonly seed?: number | null;

  @Field(() => GuidanceIntervalInput, {
    nullable: true,
    description:
      "Guidance in these steps only (Kynkäänniemi et al. 2024); the others take half the time. As `start` and `stop` of diffusers' ClassifierFreeGuidance. Needs guidanceScale above 1. Left out: in all steps.",
  })
  readonly guidanceInterval?: GuidanceIntervalInput | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "Step caching: after the first 15 % and before the last 10 % of the steps, so many in a row take a velocity extrapolated from the computed ones before them, and next to no time (TeaCache's idea with TaylorSeer's forecast). 0 to 3 with UNIPC and EULER, 0 with DMD. It changes the video, less the more steps there are. Left out: 0.",
  })
  readonly cacheSteps?: number | null;
}
