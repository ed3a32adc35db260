import { GraphQLNonNegativeInt, GraphQLPositiveInt, GraphQLURL } from 'graphql-scalars';
import { Ctx, Field, Float, ObjectType } from 'type-graphql';
import { previewPath } from '../artifacts/urls.js';
import type { GenerationPhase as Phase, Progress, Preview as StoredPreview } from '../generations/generation.js';
import type { ApiContext } from './context.js';
import { GenerationPhase } from './enums.js';

/** Which event a picture came with. */
export interface PreviewPlace {
  readonly generationId: string;
  readonly sequence: number;
}

@ObjectType({
  description:
    'A small animated picture of what the video looks like so far: every latent frame. `data` is a few kB of base64; `url` serves the same bytes.',
})
export class Preview {
  constructor(
    private readonly stored: StoredPreview,
    private readonly place: PreviewPlace,
  ) {}

  @Field(() => GraphQLNonNegativeInt, { description: 'The step after which it was taken.' })
  get step(): number {
    return this.stored.step;
  }

  @Field(() => GraphQLPositiveInt, { description: 'Width in pixels.' })
  get width(): number {
    return this.stored.width;
  }

  @Field(() => GraphQLPositiveInt, { description: 'Height in pixels.' })
  get height(): number {
    return this.stored.height;
  }

  @Field(() => GraphQLPositiveInt, { description: 'Number of frames in the animation.' })
  get frameCount(): number {
    return this.stored.frameCount;
  }

  @Field(() => String, { description: 'Media type, such as image/webp.' })
  get mimeType(): string {
    return this.stored.mimeType;
  }

  @Field(() => String, { description: 'The picture in base64.' })
  get data(): string {
    return Buffer.from(this.stored.data).toString('base64');
  }

  @Field(() => GraphQLURL, { description: 'Where the same bytes lie; they never change.' })
  url(@Ctx() { linkTo }: ApiContext): string {
    return linkTo(previewPath(this.place.generationId, this.place.sequence, this.stored.mimeType));
  }
}

@ObjectType({ description: 'How far a generation is.' })
export class GenerationProgress {
  constructor(
    private readonly facts: Omit<Progress, 'preview'>,
    /** Read only if asked for: it is larger than all the rest. */
    private readonly readPreview: () => Preview | null | Promise<Preview | null>,
    private readonly position: number | null = null,
  ) {}

  @Field(() => GenerationPhase, { description: 'What is being done.' })
  get phase(): Phase {
    return this.facts.phase;
  }

  @Field(() => GraphQLNonNegativeInt, { description: 'Number of denoising steps done.' })
  get step(): number {
    return this.facts.step;
  }

  @Field(() => GraphQLPositiveInt, { description: 'Number of denoising steps in all.' })
  get totalSteps(): number {
    return this.facts.totalSteps;
  }

  @Field(() => Float, { description: '0..1 over all phases; never decreases, unless a restart begins again.' })
  get fraction(): number {
    return this.facts.fraction;
  }

  @Field(() => Float, {
    nullable: true,
    description: 'Seconds until its end, as far as can be told; null until enough is known.',
  })
  get secondsRemaining(): number | null {
    return this.facts.secondsRemaining;
  }

  @Field(() => GraphQLPositiveInt, {
    nullable: true,
    description: 'Its place in the queue, 1 being the next; null once started.',
  })
  get queuePosition(): number | null {
    return this.position;
  }

  @Field(() => Preview, { nullable: true, description: 'The latest picture of it. Null before the first step.' })
  preview(): Preview | null | Promise<Preview | null> {
    return this.readPreview();
  }
}
