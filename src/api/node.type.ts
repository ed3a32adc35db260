import { Field, ID, InterfaceType } from 'type-graphql';
import { globalId, type NodeType } from './global-id.js';

@InterfaceType({ description: 'Anything that can be fetched again by its id.' })
export abstract class Node {
  constructor(
    private readonly nodeType: NodeType,
    private readonly localId: string,
  ) {}

  @Field(() => ID, { description: 'Opaque, unique among all types, and stable.' })
  get id(): string {
    return globalId(this.nodeType, this.localId);
  }
}
