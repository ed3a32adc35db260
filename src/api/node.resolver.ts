import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import type { ApiContext } from './context.js';
import { Device } from './device.type.js';
import { Generation } from './generation.type.js';
import { parseGlobalId } from './global-id.js';
import { Model } from './model.type.js';
import { Node } from './node.type.js';
import { badUserInput } from './relay.js';
import { Upload } from './upload.type.js';

const maxNodes = 100;

@Resolver()
export class NodeResolver {
  @Query(() => Node, { nullable: true, description: 'Anything by its id; null if it does not exist.' })
  async node(
    @Arg('id', () => ID, { description: 'As some other field gave it.' }) id: string,
    @Ctx() context: ApiContext,
  ): Promise<Node | null> {
    return (await find([id], context))[0] ?? null;
  }

  @Query(() => [Node], {
    nullable: 'items',
    description:
      'Several by their ids, at most 100, in the order of the ids; null in the place of each that does not exist.',
  })
  async nodes(
    @Arg('ids', () => [ID], { description: 'As other fields gave them.' }) ids: string[],
    @Ctx() context: ApiContext,
  ): Promise<(Node | null)[]> {
    if (ids.length > maxNodes) throw badUserInput(`At most ${maxNodes} ids at once; these are ${ids.length}.`);
    return find(ids, context);
  }
}

/** In the order of the ids; the generations among them in one read. */
async function find(ids: readonly string[], context: ApiContext): Promise<(Node | null)[]> {
  const { service, caller, scheduler, catalog } = context;
  const parsed = ids.map(parseGlobalId);
  const wanted = parsed.flatMap((one) => (one?.type === 'generation' ? [one.id] : []));
  const records = new Map((await service.getMany(caller, wanted)).map((record) => [record.id, record]));
  const nodeOf = async (one: ReturnType<typeof parseGlobalId>): Promise<Node | null> => {
    switch (one?.type) {
      case 'generation': {
        const record = records.get(one.id);
        return record ? new Generation(record) : null;
      }
      case 'model': {
        const info = catalog.get(one.id);
        return info ? new Model(info) : null;
      }
      case 'device': {
        const snapshot = scheduler.devices().find((device) => device.id === one.id);
        return snapshot ? new Device(snapshot) : null;
      }
      case 'upload': {
        const upload = await service.upload(caller, one.id);
        return upload && new Upload(upload);
      }
      case undefined:
        return null;
    }
  };
  return Promise.all(parsed.map(nodeOf));
}
