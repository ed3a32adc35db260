import { GraphQLNonNegativeInt } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';
import type { GenerationEvent as StoredEvent } from '../events/event.js';
import { GenerationEvent, toGenerationEvent } from './generation-event.type.js';
import { connectionOf, type Edge, type Page, PageInfo } from './relay.js';

@ObjectType({ description: 'An event and its place in the log.' })
export class GenerationEventEdge {
  @Field(() => String, { description: 'Pass to after or before.' })
  readonly cursor: string;

  @Field(() => GenerationEvent, { description: 'The event.' })
  readonly node: typeof GenerationEvent;

  constructor({ cursor, node }: Edge<StoredEvent>) {
    this.cursor = cursor;
    this.node = toGenerationEvent(node);
  }
}

@ObjectType({ description: 'A page of the log of a generation (Relay).' })
export class GenerationEventConnection {
  @Field(() => [GenerationEventEdge], { description: 'The events on this page.' })
  readonly edges: GenerationEventEdge[];

  @Field(() => PageInfo, { description: 'Where the page lies.' })
  readonly pageInfo: PageInfo;

  @Field(() => GraphQLNonNegativeInt, { description: 'How many there are on all pages.' })
  readonly totalCount: number;

  constructor(page: Page, rows: readonly StoredEvent[], totalCount: number) {
    const { edges, pageInfo } = connectionOf(page, rows, ({ sequence }) => String(sequence));
    this.edges = edges.map((edge) => new GenerationEventEdge(edge));
    this.pageInfo = pageInfo;
    this.totalCount = totalCount;
  }
}
