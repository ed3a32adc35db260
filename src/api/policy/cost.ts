import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { fragmentsOf } from './fragments.js';
import { operationLimits, pageSizes } from './limits.js';
import { tooComplex } from './refusal.js';

/** Entries that a list without a page size is taken to have. Artifacts, devices, models: rarely more. */
const assumedListLength = 5;

export interface Operation {
  readonly schema: GraphQLSchema;
  /** Valid against the schema. */
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** As they came. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/** @throws GraphQLError OPERATION_TOO_COMPLEX */
export function requireCost(cost: number): void {
  if (cost <= operationLimits.cost) return;
  const fields = Math.round(cost).toLocaleString('en');
  const allowed = operationLimits.cost.toLocaleString('en');
  throw tooComplex(
    `The operation asks for about ${fields} fields; ${allowed} are allowed. Ask for smaller pages or fewer fields.`,
  );
}

/**
 * How many requests more than the one it is an operation counts against its key's rate: one for every 1,000 fields, so that a key
 * cannot keep the server busy with a few hundred of the largest.
 */
export function furtherRequests(cost: number): number {
  return Math.max(0, cost / 1000 - 1);
}

/**
 * About how many fields the answer has: one a field, times the page size of every connection around it, times the length of
 * lists that the caller gives (`nodes(ids:)`), times 5 for lists whose length nobody asks for. Fragments on types that exclude
 * each other all count.
 */
export function costOf({ schema, document, operation, variables }: Operation): number {
  const root = schema.getRootType(operation.operation);
  return root ? new CostMeter(schema, document, operation, variables).ofSet(operation.selectionSet, root) : 0;
}

class CostMeter {
  private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  private readonly known = new Map<string, number>();
  private readonly defaults: ReadonlyMap<string, ValueNode | undefined>;

  constructor(
    private readonly schema: GraphQLSchema,
    document: DocumentNode,
    { variableDefinitions }: OperationDefinitionNode,
    private readonly variables: Readonly<Record<string, unknown>>,
  ) {
    this.fragments = fragmentsOf(document);
    this.defaults = new Map(variableDefinitions?.map((one) => [one.variable.name.value, one.defaultValue]));
  }

  ofSet({ selections }: SelectionSetNode, parent: GraphQLCompositeType): number {
    let sum = 0;
    for (const selection of selections) {
      if (selection.kind === 'Field') sum += this.ofField(selection, parent);
      else if (selection.kind === 'FragmentSpread') sum += this.ofFragment(selection.name.value);
      else {
        const type = selection.typeCondition && this.schema.getType(selection.typeCondition.name.value);
        sum += this.ofSet(selection.selectionSet, type && isCompositeType(type) ? type : parent);
      }
    }
    return sum;
  }

  private ofFragment(name: string): number {
    const before = this.known.get(name);
    if (before !== undefined) return before;
    const fragment = this.fragments.get(name);
    const type = fragment && this.schema.getType(fragment.typeCondition.name.value);
    const cost = fragment && type && isCompositeType(type) ? this.ofSet(fragment.selectionSet, type) : 0;
    this.known.set(name, cost);
    return cost;
  }

  private ofField(node: FieldNode, parent: GraphQLCompositeType): number {
    // Introspection costs nothing: its size is the schema's.
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[node.name.value] : undefined;
    if (!field) return 0;
    const type = getNamedType(field.type);
    if (!node.selectionSet || !isCompositeType(type)) return 1;
    return 1 + this.entries(node, field, parent) * this.ofSet(node.selectionSet, type);
  }

  private entries(node: FieldNode, field: GraphQLField<unknown, unknown>, parent: GraphQLCompositeType): number {
    const given = (name: string) => this.value(node.arguments?.find((one) => one.name.value === name)?.value);
    if (field.args.some(({ name }) => name === 'first')) {
      const size = given('first') ?? given('last') ?? pageSizes.default;
      // A page that is too large is refused by whoever makes it, with the better sentence.
      return typeof size === 'number' ? Math.min(Math.max(size, 0), pageSizes.max) : pageSizes.default;
    }
    for (const argument of field.args) {
      const list = isListType(getNullableType(argument.type)) ? given(argument.name) : undefined;
      if (Array.isArray(list)) return list.length;
    }
    // The edges of a connection are counted where the connection is asked for.
    const counted = !isListType(getNullableType(field.type)) || parent.name.endsWith('Connection');
    return counted ? 1 : assumedListLength;
  }

  /** As far as counting needs it: numbers and lists. */
  private value(node: ValueNode | undefined): unknown {
    if (node?.kind === 'Variable') {
      const name = node.name.value;
      return Object.hasOwn(this.variables, name) ? this.variables[name] : this.value(this.defaults.get(name));
    }
    if (node?.kind === 'IntValue') return Number(node.value);
    if (node?.kind === 'ListValue') return node.values;
    return undefined;
  }
}
