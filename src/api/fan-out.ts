import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type GraphQLFormattedError,
  getOperationAST,
  print,
  visit,
} from 'graphql';
import { interruptible } from '../interruptible.js';
import { type ApiContext, audienceOf } from './context.js';

/** An execution result that is written out already: its JSON is all that is kept of it. */
export interface ReadyResult extends ExecutionResult {
  readonly text: string;
}
export type ReadyResults = AsyncGenerator<ReadyResult, void, void>;

/**
 * Subscriptions at the price of one. Each subscriber has a stream of its own, with its own place in it; but what an event looks
 * like to all who ask for the same is executed and serialised once. Two ask for the same when document, operation, variables and
 * audience (context.ts) agree. Only the variable that says where in the log to begin, `after`, does not matter: it chooses
 * events, and no resolver shows an event by it.
 *
 * Events are told apart by identity: a stream that gives the same object to several subscribers has them share the result.
 * Measured: test/bench/RESULTS.md, fan-out.
 */
export class FanOut {
  private readonly operations = new Map<string, SharedOperation>();

  /** `mask` decides what callers learn of an error (policy/mask-error.ts). */
  constructor(private readonly mask: (error: unknown) => GraphQLFormattedError) {}

  /** How many different operations are open, for tests and metrics. */
  get size(): number {
    return this.operations.size;
  }

  /** graphql's `subscribe`, with results written out. */
  async subscribe(args: ExecutionArgs): Promise<ReadyResults | ExecutionResult> {
    const source = await createSourceEventStream(args);
    if (!(Symbol.asyncIterator in source)) return source;
    // Every stream of ours can be left, so each is a generator.
    const events = source as AsyncGenerator<unknown, void, void>;
    return interruptible(this.results(events, args), () => events.return());
  }

  private async *results(source: AsyncIterable<unknown>, args: ExecutionArgs): ReadyResults {
    const key = keyOf(args);
    const operation = this.operations.get(key) ?? new SharedOperation(args, this.mask);
    this.operations.set(key, operation);
    operation.users += 1;
    try {
      for await (const event of source) yield { text: await operation.text(event) };
    } finally {
      operation.users -= 1;
      if (operation.users === 0) this.operations.delete(key);
    }
  }
}

/** Characters of results that one operation keeps: those of some twenty events with their pictures. */
const keptCharacters = 128 * 1024;

/** One operation and its latest results, for all who have it open. */
class SharedOperation {
  users = 0;
  /** From old to new. */
  private readonly results = new Map<unknown, { readonly text: Promise<string>; length: number }>();
  private characters = 0;

  constructor(
    private readonly args: ExecutionArgs,
    private readonly mask: (error: unknown) => GraphQLFormattedError,
  ) {}

  /** What an event looks like. Whoever asks while it is being executed waits for the same execution. */
  text(event: unknown): Promise<string> {
    const known = this.results.get(event);
    if (known) return known.text;
    const result = { text: this.render(event), length: 0 };
    this.results.set(event, result);
    result.text.then(
      ({ length }) => {
        if (this.results.get(event) !== result) return;
        result.length = length;
        this.characters += length;
        this.trim();
      },
      () => this.results.delete(event),
    );
    return result.text;
  }

  private async render(event: unknown): Promise<string> {
    const { errors, ...result } = await execute({ ...this.args, rootValue: event });
    return JSON.stringify(errors ? { ...result, errors: errors.map((error) => this.mask(error)) } : result);
  }

  /** Forgets the oldest: one who reads slowly may cost another execution, never memory. */
  private trim(): void {
    for (const [event, { length }] of this.results) {
      if (this.characters <= keptCharacters || this.results.size === 1) return;
      this.results.delete(event);
      this.characters -= length;
    }
  }
}

function keyOf({ document, operationName, variableValues, contextValue }: ExecutionArgs): string {
  const { [placeVariable(document, operationName) ?? '']: _, ...variables } = variableValues ?? {};
  return JSON.stringify([print(document), operationName, variables, audienceOf(contextValue as ApiContext)]);
}

/** The variable that is given to the root field's `after`, and to nothing else. */
function placeVariable(document: DocumentNode, operationName: ExecutionArgs['operationName']): string | undefined {
  const [field] = getOperationAST(document, operationName)?.selectionSet.selections ?? [];
  if (field?.kind !== 'Field') return undefined;
  const value = field.arguments?.find(({ name }) => name.value === 'after')?.value;
  if (value?.kind !== 'Variable') return undefined;
  let uses = 0;
  visit(document, {
    VariableDefinition: () => false,
    Variable: ({ name }) => {
      if (name.value === value.name.value) uses += 1;
    },
  });
  return uses === 1 ? value.name.value : undefined;
}
