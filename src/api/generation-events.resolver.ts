import { Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { ApiContext } from './context.js';
import { Generation } from './generation.type.js';
import { GenerationEventConnection } from './generation-event-connection.type.js';
import { badUserInput, PageArgs, pageOf } from './relay.js';

@Resolver(() => Generation)
export class GenerationEventsResolver {
  @FieldResolver(() => GenerationEventConnection, {
    description: 'Its log, the oldest entry first. To follow it live, subscribe to generationEvents.',
  })
  async events(
    @Root() { record }: Generation,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { events }: ApiContext,
  ): Promise<GenerationEventConnection> {
    const page = pageOf(args);
    const rows = await events.log.page(record.id, {
      after: sequenceOf(page.after) ?? 0,
      before: sequenceOf(page.before) ?? record.lastSequence + 1,
      from: page.backwards ? 'newest' : 'oldest',
      limit: page.size + 1,
    });
    return new GenerationEventConnection(page, rows, record.lastSequence);
  }
}

function sequenceOf(key: string | undefined): number | undefined {
  if (key === undefined || /^\d{1,9}$/.test(key)) return key === undefined ? undefined : Number(key);
  throw badUserInput('This is no cursor of a log.');
}
