import { GraphQLError } from 'graphql';
import { ArgsType, Field, Int, ObjectType } from 'type-graphql';
import { pageSizes } from './policy/limits.js';

@ObjectType({ description: 'Where a page lies in its list (Relay).' })
export class PageInfo {
  @Field(() => Boolean, { description: 'More follow after endCursor.' })
  readonly hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'More lie before startCursor.' })
  readonly hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'Null on an empty page.' })
  readonly startCursor!: string | null;

  @Field(() => String, { nullable: true, description: 'Null on an empty page.' })
  readonly endCursor!: string | null;
}

@ArgsType()
export class PageArgs {
  @Field(() => Int, {
    nullable: true,
    description: 'The first so many; at most 100, 20 if neither first nor last is given.',
  })
  readonly first?: number | null;

  @Field(() => String, { nullable: true, description: 'Only what comes after this cursor.' })
  readonly after?: string | null;

  @Field(() => Int, { nullable: true, description: 'The last so many; at most 100.' })
  readonly last?: number | null;

  @Field(() => String, { nullable: true, description: 'Only what comes before this cursor.' })
  readonly before?: string | null;
}

/** Checked page arguments: keys instead of cursors. */
export interface Page {
  readonly size: number;
  readonly backwards: boolean;
  readonly after: string | undefined;
  readonly before: string | undefined;
}

export interface Edge<T> {
  readonly cursor: string;
  readonly node: T;
}

/** @throws GraphQLError BAD_USER_INPUT where the arguments make no page. */
export function pageOf({ first, after, last, before }: PageArgs): Page {
  if (first != null && last != null) throw badUserInput('Give first or last, not both.');
  const size = first ?? last ?? pageSizes.default;
  if (size < 0 || size > pageSizes.max) throw badUserInput(`A page has 0 to ${pageSizes.max} entries; ${size} is not.`);
  return { size, backwards: last != null, after: keyOf(after), before: keyOf(before) };
}

/** One page out of the `size + 1` rows, in list order, that were read from the side the page counts from. */
export function connectionOf<T>(page: Page, rows: readonly T[], key: (row: T) => string) {
  const more = rows.length > page.size;
  const kept = more ? (page.backwards ? rows.slice(rows.length - page.size) : rows.slice(0, page.size)) : rows;
  const edges: Edge<T>[] = kept.map((node) => ({ cursor: cursorOf(key(node)), node }));
  const pageInfo: PageInfo = {
    hasNextPage: page.backwards ? page.before !== undefined : more,
    hasPreviousPage: page.backwards ? more : page.after !== undefined,
    startCursor: edges[0]?.cursor ?? null,
    endCursor: edges.at(-1)?.cursor ?? null,
  };
  return { edges, pageInfo };
}

export function badUserInput(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}

function cursorOf(key: string): string {
  return Buffer.from(`k:${key}`).toString('base64url');
}

function keyOf(cursor: string | null | undefined): string | undefined {
  if (cursor == null) return undefined;
  const text = Buffer.from(cursor, 'base64url').toString();
  if (!text.startsWith('k:')) throw badUserInput(`${JSON.stringify(cursor)} is no cursor of this server.`);
  return text.slice(2);
}
