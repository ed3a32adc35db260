import { GraphQLNonNegativeInt } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';
import type { GenerationRecord } from '../generations/record.js';
import { Generation } from './generation.type.js';
import { connectionOf, type Edge, type Page, PageInfo } from './relay.js';

@ObjectType({ description: 'A generation and its place in the list.' })
export class GenerationEdge {
  @Field(() => String, { description: 'Pass to after or before.' })
  readonly cursor: string;

  @Field(() => Generation, { description: 'The generation.' })
  readonly node: Generation;

  constructor({ cursor, node }: Edge<GenerationRecord>) {
    this.cursor = cursor;
    this.node = new Generation(node);
  }
}

@ObjectType({ description: 'A page of generations (Relay).' })
export class GenerationConnection {
  @Field(() => [GenerationEdge], { description: 'The generations on this page.' })
  readonly edges: GenerationEdge[];

  @Field(() => PageInfo, { description: 'Where the page lies.' })
  readonly pageInfo: PageInfo;

  constructor(
    page: Page,
    rows: readonly GenerationRecord[],
    private readonly count: () => number | Promise<number>,
  ) {
    const { edges, pageInfo } = connectionOf(page, rows, (row) => row.id);
    this.edges = edges.map((edge) => new GenerationEdge(edge));
    this.pageInfo = pageInfo;
  }

  @Field(() => GraphQLNonNegativeInt, { description: 'How many there are on all pages.' })
  totalCount(): number | Promise<number> {
    return this.count();
  }
}
