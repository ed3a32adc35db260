import { Ctx, Query, Resolver } from 'type-graphql';
import type { ApiContext } from './context.js';
import { Queue } from './queue.type.js';

@Resolver()
export class QueueResolver {
  @Query(() => Queue, { description: 'What waits and what runs.' })
  queue(@Ctx() { scheduler, service }: ApiContext): Queue {
    const { waiting, running } = scheduler.queue();
    return new Queue(waiting, running, service.queueCapacity);
  }
}
