import { GraphQLNonNegativeInt, GraphQLPositiveInt } from 'graphql-scalars';
import { Args, Ctx, createUnionType, Field, InputType, ObjectType } from 'type-graphql';
import type { QueueState } from '../generations/service.js';
import type { ApiContext } from './context.js';
import { GenerationConnection } from './generation-connection.type.js';
import { PageArgs, pageOf } from './relay.js';

@ObjectType({ description: 'What waits and what runs, in the order in which it will be taken.' })
export class Queue {
  constructor(
    private readonly state: QueueState,
    private readonly limit: number,
  ) {}

  @Field(() => Boolean, { description: 'While paused nothing new starts; what has started goes on.' })
  get paused(): boolean {
    return this.state.paused;
  }

  @Field(() => GraphQLNonNegativeInt, { description: 'How many wait, those of other API keys included.' })
  get depth(): number {
    return this.state.waiting.length;
  }

  @Field(() => GraphQLNonNegativeInt, { description: 'How many run, those of other API keys included.' })
  get running(): number {
    return this.state.running.length;
  }

  @Field(() => GraphQLPositiveInt, { description: 'How many may wait; createGeneration answers QueueFull beyond it.' })
  get capacity(): number {
    return this.limit;
  }

  @Field(() => GenerationConnection, { description: "Those of the caller's that wait, the next one first." })
  async entries(
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { service, caller }: ApiContext,
  ): Promise<GenerationConnection> {
    const page = pageOf(args);
    const visible = await service.getMany(caller, this.state.waiting);
    const keys = visible.map(({ id }) => id);
    // A cursor whose generation has left the queue meanwhile: what came after it is at the head now.
    const begin = page.after === undefined ? 0 : keys.indexOf(page.after) + 1;
    const found = page.before === undefined ? -1 : keys.indexOf(page.before);
    const range = visible.slice(begin, found < 0 ? undefined : found);
    const rows = page.backwards ? range.slice(-(page.size + 1)) : range.slice(0, page.size + 1);
    return new GenerationConnection(page, rows, () => visible.length);
  }
}

@InputType({ description: 'Whether the queue rests.' })
export class SetQueuePausedInput {
  @Field(() => Boolean, { description: 'False lets it go on.' })
  readonly paused!: boolean;
}

@ObjectType({ description: 'The queue rests, or goes on.' })
export class SetQueuePausedSuccess {
  @Field(() => Queue, { description: 'The queue as it is now.' })
  readonly queue: Queue;

  constructor(queue: Queue) {
    this.queue = queue;
  }
}

export const SetQueuePausedResult = createUnionType({
  name: 'SetQueuePausedResult',
  description: 'What became of setQueuePaused.',
  types: () => [SetQueuePausedSuccess] as const,
});
export type SetQueuePausedResult = typeof SetQueuePausedResult;
