import type { DocumentNode, FieldNode, FragmentDefinitionNode, SelectionSetNode } from 'graphql';

export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

export function fragmentsOf(document: DocumentNode): Fragments {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === 'FragmentDefinition') fragments.set(definition.name.value, definition);
  }
  return fragments;
}

interface Rules {
  /** What one field counts, from what the fields below it count together. */
  field(field: FieldNode, below: number): number;
  /** What fields beside each other count together. */
  together(parts: readonly number[]): number;
}

/**
 * A number of a selection set, each fragment measured once however often it is spread: a document of 2,000 tokens can spread
 * fragments into fragments 2^100 times.
 */
export class Measure {
  private readonly known = new Map<string, number>();

  constructor(
    private readonly fragments: Fragments,
    private readonly rules: Rules,
  ) {}

  of({ selections }: SelectionSetNode): number {
    return this.rules.together(
      selections.map((selection) => {
        if (selection.kind === 'InlineFragment') return this.of(selection.selectionSet);
        if (selection.kind === 'FragmentSpread') return this.ofFragment(selection.name.value);
        return this.rules.field(selection, selection.selectionSet ? this.of(selection.selectionSet) : 0);
      }),
    );
  }

  private ofFragment(name: string): number {
    const before = this.known.get(name);
    if (before !== undefined) return before;
    // Set first: a fragment that contains itself is another rule's error, and must not keep this one going round.
    this.known.set(name, 0);
    const fragment = this.fragments.get(name);
    const measured = fragment ? this.of(fragment.selectionSet) : 0;
    this.known.set(name, measured);
    return measured;
  }
}
