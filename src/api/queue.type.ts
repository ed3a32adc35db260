import { GraphQLNonNegativeInt, GraphQLPositiveInt } from 'graphql-scalars';
import { Args, Ctx, Field, ObjectType } from 'type-graphql';
import type { ApiContext } from './context.js';
import { GenerationConnection } from './generation-connection.type.js';
import { PageArgs, pageOf } from './relay.js';

@ObjectType({ description: 'What waits and what runs, in the order in which it will be taken.' })
export class Queue {
  constructor(
    private readonly waiting: readonly string[],
    private readonly started: readonly string[],
    private readonly limit: number,
  ) {}

  @Field(() => GraphQLNonNegativeInt, { description: 'How many wait.' })
  get depth(): number {
    return this.waiting.length;
  }

  @Field(() => GraphQLNonNegativeInt, { description: 'How many run.' })
  get running(): number {
    return this.started.length;
  }

  @Field(() => GraphQLPositiveInt, { description: 'How many may wait; createGeneration answers QueueFull beyond it.' })
  get capacity(): number {
    return this.limit;
  }

  @Field(() => GenerationConnection, { description: 'Those that wait, the next one first.' })
  async entries(@Args(() => PageArgs) args: PageArgs, @Ctx() { service }: ApiContext): Promise<GenerationConnection> {
    const page = pageOf(args);
    // A cursor whose generation has left the queue meanwhile: what came after it is at the head now.
    const begin = page.after === undefined ? 0 : this.waiting.indexOf(page.after) + 1;
    const found = page.before === undefined ? -1 : this.waiting.indexOf(page.before);
    const range = this.waiting.slice(begin, found < 0 ? undefined : found);
    const ids = page.backwards ? range.slice(-(page.size + 1)) : range.slice(0, page.size + 1);
    const records = await Promise.all(ids.map((id) => service.get(id)));
    const rows = records.filter((record) => record !== null);
    return new GenerationConnection(page, rows, () => this.waiting.length);
  }
}
