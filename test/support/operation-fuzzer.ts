import {
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  type OperationTypeNode,
} from 'graphql';
import { candidates, literal, type Value, Word } from './fuzz-values.js';

/** Where choices come from: a whole number from 0 to `below - 1`. */
export type Choose = (below: number) => number;

export interface FuzzedOperation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Deeper than this only leaves are selected, so that operations end. */
const depthLimit = 5;

/**
 * Writes an operation that fits a schema in all but the values of scalars, which fit in most cases and not in all. Arguments
 * come as literals or as variables.
 */
export class OperationFuzzer {
  private readonly variables: Record<string, unknown> = {};
  private readonly declarations: string[] = [];
  private aliases = 0;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly choose: Choose,
    /** Ids that exist. */
    private readonly ids: readonly string[],
  ) {}

  operation(kind: OperationTypeNode): FuzzedOperation {
    const root = this.schema.getRootType(kind);
    if (!root) throw new Error(`The schema has no ${kind}.`);
    const selection = this.selection(root, 0, kind === 'query' ? 3 : 1);
    const declared = this.declarations.length > 0 ? `(${this.declarations.join(', ')})` : '';
    return { query: `${kind} Fuzzed${declared} ${selection}`, variables: this.variables };
  }

  /** What is asked of a type: nothing of a leaf. */
  private selection(type: GraphQLNamedType, depth: number, most: number): string {
    if (isAbstractType(type)) {
      const chosen = this.schema.getPossibleTypes(type).filter(() => this.oneIn(3));
      const parts = chosen.map((one) => `... on ${one.name} ${this.selection(one, depth, most)}`);
      return `{ __typename ${parts.join(' ')} }`;
    }
    if (!isObjectType(type)) return '';
    const all = Object.values(type.getFields());
    const usable = all.filter((field) => depth < depthLimit || isLeafType(getNamedType(field.type)));
    if (usable.length === 0) return '{ __typename }';
    const fields = Array.from({ length: 1 + this.choose(most) }, () => {
      const field = this.one(usable);
      const given = field.args.filter((argument) => isRequiredArgument(argument) || this.oneIn(2));
      const args = given.map((argument) => `${argument.name}: ${this.argument(argument.type)}`);
      const inner = this.selection(getNamedType(field.type), depth + 1, 4);
      // An alias of its own keeps it from conflicting with the same field elsewhere.
      this.aliases += 1;
      return `a${this.aliases}: ${field.name}${args.length > 0 ? `(${args.join(', ')})` : ''} ${inner}`;
    });
    return `{ ${fields.join(' ')} }`;
  }

  private argument(type: GraphQLInputType): string {
    const value = this.value(type, 0);
    if (this.oneIn(2)) return literal(value);
    const name = `v${this.declarations.length}`;
    this.declarations.push(`$${name}: ${type}`);
    this.variables[name] = value;
    return `$${name}`;
  }

  private value(type: GraphQLInputType, depth: number): Value {
    if (isNonNullType(type)) return this.value(type.ofType, depth);
    if (isListType(type)) return Array.from({ length: this.choose(4) }, () => this.value(type.ofType, depth + 1));
    if (isEnumType(type)) return new Word(this.one(type.getValues()).name);
    if (isInputObjectType(type)) {
      const all = Object.values(type.getFields());
      const given = all.filter((field) => isRequiredInputField(field) || (depth < depthLimit && this.oneIn(3)));
      return Object.fromEntries(given.map((field) => [field.name, this.value(field.type, depth + 1)]));
    }
    return this.one(candidates(type.name, this.ids));
  }

  private one<T>(from: readonly T[]): T {
    return from[this.choose(from.length)] as T;
  }

  private oneIn(so: number): boolean {
    return this.choose(so) === 0;
  }
}

const scraps = [
  '{',
  '}',
  '(',
  ')',
  '"',
  '$',
  '!',
  '...',
  '@skip',
  '#',
  '\\u0000',
  '\u0000',
  '{'.repeat(300),
  'on',
  '&',
];

/** The same text with a few places changed, which makes it something else or nothing at all. */
export function damaged(text: string, choose: Choose): string {
  let result = text;
  for (let times = 1 + choose(3); times > 0; times--) {
    const at = choose(result.length + 1);
    const cut = choose(12);
    result =
      result.slice(0, at) + (choose(2) === 0 ? (scraps[choose(scraps.length)] ?? '') : '') + result.slice(at + cut);
  }
  return result;
}
