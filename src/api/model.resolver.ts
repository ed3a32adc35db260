import { Ctx, Query, Resolver } from 'type-graphql';
import type { ApiContext } from './context.js';
import { Model } from './model.type.js';

@Resolver()
export class ModelResolver {
  @Query(() => [Model], { description: 'The models that generations can use.' })
  models(@Ctx() { catalog }: ApiContext): Model[] {
    return catalog.list().map((info) => new Model(info));
  }
}
