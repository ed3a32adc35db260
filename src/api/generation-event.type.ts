import { GraphQLNonNegativeInt, GraphQLPositiveInt } from 'graphql-scalars';
import { Ctx, createUnionType, Field, GraphQLISODateTime, ID, InterfaceType, ObjectType } from 'type-graphql';
import type { GenerationEvent as StoredEvent } from '../events/event.js';
import type * as domain from '../generations/generation.js';
import { Artifact } from './artifact.type.js';
import type { ApiContext } from './context.js';
import { Device } from './device.type.js';
import { ResumeCause } from './enums.js';
import { Adjustment, GenerationFailure } from './generation.type.js';
import { globalId } from './global-id.js';
import { GenerationProgress, Preview } from './progress.type.js';

type Stored<T extends StoredEvent['type']> = StoredEvent & { readonly type: T };

@InterfaceType({ description: "An entry of a generation's log." })
export abstract class SequencedEvent<T extends StoredEvent['type'] = StoredEvent['type']> {
  constructor(protected readonly stored: Stored<T>) {}

  @Field(() => GraphQLPositiveInt, {
    description: '1, 2, 3 … within a generation: without holes in the log, never reused.',
  })
  get sequence(): number {
    return this.stored.sequence;
  }

  @Field(() => GraphQLISODateTime, { description: 'When it happened.' })
  get occurredAt(): Date {
    return this.stored.occurredAt;
  }

  @Field(() => ID, { description: 'Id of the generation that the event belongs to.' })
  get generationId(): string {
    return globalId('generation', this.stored.generationId);
  }
}

@ObjectType({ implements: SequencedEvent, description: 'It was created and waits.' })
export class GenerationQueued extends SequencedEvent<'GenerationQueued'> {
  @Field(() => GraphQLPositiveInt, { description: 'Its place in the queue; 1 is the next.' })
  get position(): number {
    return this.stored.position;
  }

  @Field(() => [Adjustment], { description: 'What the server changed in the settings asked for.' })
  get adjustments(): readonly domain.Adjustment[] {
    return this.stored.adjustments ?? [];
  }
}

@ObjectType({ implements: SequencedEvent, description: 'A device began with it.' })
export class GenerationStarted extends SequencedEvent<'GenerationStarted'> {
  @Field(() => Device, { description: 'The device that works on it.' })
  device(@Ctx() { scheduler }: ApiContext): Device {
    return Device.find(scheduler, this.stored.deviceId);
  }
}

@ObjectType({ implements: SequencedEvent, description: 'It is further than before.' })
export class GenerationProgressed extends SequencedEvent<'GenerationProgressed'> {
  @Field(() => GenerationProgress, { description: 'How far it is, with the picture of this step.' })
  get progress(): GenerationProgress {
    const { preview, ...facts } = this.stored.progress;
    return new GenerationProgress(facts, () => (preview ? new Preview(preview, this.stored) : null));
  }
}

@ObjectType({ implements: SequencedEvent, description: 'It was interrupted and goes on.' })
export class GenerationResumed extends SequencedEvent<'GenerationResumed'> {
  @Field(() => GraphQLNonNegativeInt, { description: 'Steps that need not be done again.' })
  get fromStep(): number {
    return this.stored.fromStep;
  }

  @Field(() => ResumeCause, { description: 'What interrupted it.' })
  get cause(): domain.ResumeCause {
    return this.stored.cause;
  }
}

@ObjectType({ implements: SequencedEvent, description: 'The video is there. The last event.' })
export class GenerationSucceeded extends SequencedEvent<'GenerationSucceeded'> {
  @Field(() => [Artifact], { description: 'The files; the first is the video.' })
  get artifacts(): Artifact[] {
    return this.stored.artifacts.map((artifact) => new Artifact(artifact));
  }

  @Field(() => Boolean, { description: 'True where another generation of the same request made them.' })
  get cached(): boolean {
    return this.stored.cached ?? false;
  }
}

@ObjectType({ implements: SequencedEvent, description: 'There will be no video. The last event.' })
export class GenerationFailed extends SequencedEvent<'GenerationFailed'> {
  @Field(() => GenerationFailure, { description: 'The cause.' })
  get failure(): domain.GenerationFailure {
    return this.stored.failure;
  }
}

@ObjectType({ implements: SequencedEvent, description: 'Somebody stopped it. The last event.' })
export class GenerationCanceled extends SequencedEvent<'GenerationCanceled'> {}

export const GenerationEvent = createUnionType({
  name: 'GenerationEvent',
  description: 'What can happen to a generation.',
  types: () =>
    [
      GenerationQueued,
      GenerationStarted,
      GenerationProgressed,
      GenerationResumed,
      GenerationSucceeded,
      GenerationFailed,
      GenerationCanceled,
    ] as const,
});
export type GenerationEvent = typeof GenerationEvent;

export function toGenerationEvent(stored: StoredEvent): GenerationEvent {
  switch (stored.type) {
    case 'GenerationQueued':
      return new GenerationQueued(stored);
    case 'GenerationStarted':
      return new GenerationStarted(stored);
    case 'GenerationProgressed':
      return new GenerationProgressed(stored);
    case 'GenerationResumed':
      return new GenerationResumed(stored);
    case 'GenerationSucceeded':
      return new GenerationSucceeded(stored);
    case 'GenerationFailed':
      return new GenerationFailed(stored);
    case 'GenerationCanceled':
      return new GenerationCanceled(stored);
  }
}
