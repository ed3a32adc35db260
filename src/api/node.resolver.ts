import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import type { ApiContext } from './context.js';
import { Device } from './device.type.js';
import { Generation } from './generation.type.js';
import { parseGlobalId } from './global-id.js';
import { Model } from './model.type.js';
import { Node } from './node.type.js';
import { badUserInput } from './relay.js';

const maxNodes = 100;

@Resolver()
export class NodeResolver {
  @Query(() => Node, { nullable: true, description: 'Anything by its id; null if it does not exist.' })
  node(
    @Arg('id', () => ID, { description: 'As some other field gave it.' }) id: string,
    @Ctx() context: ApiContext,
  ): Promise<Node | null> {
    return find(id, context);
  }

  @Query(() => [Node], { nullable: 'items', description: 'Many at once, at most 100, in the order of the ids.' })
  nodes(
    @Arg('ids', () => [ID], { description: 'As other fields gave them.' }) ids: string[],
    @Ctx() context: ApiContext,
  ): Promise<(Node | null)[]> {
    if (ids.length > maxNodes) throw badUserInput(`At most ${maxNodes} ids at once; these are ${ids.length}.`);
    return Promise.all(ids.map((id) => find(id, context)));
  }
}

async function find(globalId: string, { service, scheduler, catalog }: ApiContext): Promise<Node | null> {
  const parsed = parseGlobalId(globalId);
  switch (parsed?.type) {
    case 'generation': {
      const record = await service.get(parsed.id);
      return record && new Generation(record);
    }
    case 'model': {
      const info = catalog.get(parsed.id);
      return info ? new Model(info) : null;
    }
    case 'device': {
      const snapshot = scheduler.devices().find((device) => device.id === parsed.id);
      return snapshot ? new Device(snapshot) : null;
    }
    case undefined:
      return null;
  }
}
