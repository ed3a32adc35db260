import { Arg, Ctx, Mutation, Query, Resolver, Root, Subscription } from 'type-graphql';
import type { QueueState } from '../generations/service.js';
import type { ApiContext } from './context.js';
import { Queue, SetQueuePausedInput, SetQueuePausedResult, SetQueuePausedSuccess } from './queue.type.js';

@Resolver()
export class QueueResolver {
  @Query(() => Queue, { description: 'What waits and what runs.' })
  queue(@Ctx() { service }: ApiContext): Queue {
    return new Queue(service.queue(), service.queueCapacity);
  }

  @Mutation(() => SetQueuePausedResult, {
    description: 'Lets nothing new start, or lets it go on, also after a restart of the server. For admins.',
  })
  async setQueuePaused(
    @Arg('input', () => SetQueuePausedInput, { description: 'Whether the queue rests.' })
    { paused }: SetQueuePausedInput,
    @Ctx() { service, caller }: ApiContext,
  ): Promise<SetQueuePausedResult> {
    await service.setQueuePaused(caller, paused);
    return new SetQueuePausedSuccess(new Queue(service.queue(), service.queueCapacity));
  }

  @Subscription(() => Queue, {
    description: 'The queue as it is now, then whenever it has changed, at most twice a second.',
    subscribe: ({ context }) => (context as ApiContext).service.watchQueue(),
  })
  queueChanged(@Root() state: QueueState, @Ctx() { service }: ApiContext): Queue {
    return new Queue(state, service.queueCapacity);
  }
}
