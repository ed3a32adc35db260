import { GraphQLError } from 'graphql';
import { GraphQLNonNegativeInt } from 'graphql-scalars';
import { Arg, ID, Resolver, Root, Subscription } from 'type-graphql';
import type { GenerationEvent as StoredEvent } from '../events/event.js';
import type { ApiContext } from './context.js';
import { GenerationEvent, toGenerationEvent } from './generation-event.type.js';
import { idOf } from './global-id.js';

@Resolver()
export class GenerationEventResolver {
  @Subscription(() => GenerationEvent, {
    description:
      'Replays stored events with sequence > after, follows live, completes after a terminal event. A client that reads too slowly misses pictures in between, never the latest state or the end.',
    subscribe: ({ args, context }) => follow(args as FollowArgs, context as ApiContext),
  })
  generationEvents(
    @Root() event: StoredEvent,
    @Arg('generationId', () => ID, { description: 'Id of the generation whose events to follow.' })
    _generationId: string,
    @Arg('after', () => GraphQLNonNegativeInt, { defaultValue: 0, description: 'The last sequence already seen.' })
    _after: number,
  ): GenerationEvent {
    return toGenerationEvent(event);
  }
}

interface FollowArgs {
  readonly generationId: string;
  readonly after: number;
}

async function follow(
  { generationId, after }: FollowArgs,
  { service, caller, events }: ApiContext,
): Promise<AsyncGenerator<StoredEvent>> {
  const id = idOf('generation', generationId);
  if (id === null || !(await service.get(caller, id))) {
    const message = `There is no generation with the id ${generationId}.`;
    throw new GraphQLError(message, { extensions: { code: 'NOT_FOUND' } });
  }
  return events.follow(id, after);
}
