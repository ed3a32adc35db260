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
import { type ApiContext, audienceOf } from './context.js';

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
  async subscribe(args: ExecutionArgs): Promise<SharedSubscription | ExecutionResult> {
    const source = await createSourceEventStream(args);
    if (!(Symbol.asyncIterator in source)) return source;
    // Every stream of ours can be left, so each is a generator.
    return new SharedSubscription(source as AsyncGenerator<unknown, void, void>, () => this.enter(args));
  }

  private enter(args: ExecutionArgs): { operation: SharedOperation; leave: () => void } {
    const key = keyOf(args);
    const operation = this.operations.get(key) ?? new SharedOperation(args, this.mask);
    this.operations.set(key, operation);
    operation.users += 1;
    const leave = () => {
      operation.users -= 1;
      if (operation.users === 0) this.operations.delete(key);
    };
    return { operation, leave };
  }
}

/** One subscriber's place among those who have the same operation open. */
export class SharedSubscription {
  /** To graphql-ws, which passes it from `subscribe` on to `onOperation`, it is a result that has no data. */
  declare readonly data?: never;

  constructor(
    private readonly events: AsyncGenerator<unknown, void, void>,
    private readonly enter: () => { readonly operation: SharedOperation; readonly leave: () => void },
  ) {}

  /**
   * Gives each result, as JSON in UTF-8, to `take`, the next when that has ended. Not an async iterator: a second one around the
   * events' own would double the promises of a message, which were a third of its cost.
   */
  async forEach(take: (json: Buffer) => Promise<void> | null): Promise<void> {
    const { operation, leave } = this.enter();
    try {
      for await (const event of this.events) {
        const json = operation.json(event);
        const taken = take(json instanceof Promise ? await json : json);
        if (taken) await taken;
      }
    } finally {
      leave();
    }
  }

  /** Ends `forEach`, even while it waits for an event. */
  async end(): Promise<void> {
    await this.events.return();
  }
}

/** Bytes of results that one operation keeps: those of some twenty events with their pictures. */
const keptBytes = 128 * 1024;

/** One operation and its latest results, for all who have it open. */
class SharedOperation {
  users = 0;
  /** From old to new. */
  private readonly results = new Map<unknown, Buffer | Promise<Buffer>>();
  private bytes = 0;

  constructor(
    private readonly args: ExecutionArgs,
    private readonly mask: (error: unknown) => GraphQLFormattedError,
  ) {}

  /** What an event looks like. Whoever asks while it is being executed waits for the same execution. */
  json(event: unknown): Buffer | Promise<Buffer> {
    const known = this.results.get(event);
    if (known) return known;
    const result = execute({ ...this.args, rootValue: event });
    if (!(result instanceof Promise)) return this.keep(event, this.render(result));
    const json = result.then((result) => this.keep(event, this.render(result)));
    this.results.set(event, json);
    json.catch(() => this.results.delete(event));
    return json;
  }

  private render({ errors, ...result }: ExecutionResult): Buffer {
    const masked = errors ? { ...result, errors: errors.map((error) => this.mask(error)) } : result;
    return Buffer.from(JSON.stringify(masked));
  }

  /** Forgets the oldest for it: one who reads slowly may cost another execution, never memory. */
  private keep(event: unknown, json: Buffer): Buffer {
    this.results.set(event, json);
    this.bytes += json.length;
    for (const [old, kept] of this.results) {
      if (this.bytes <= keptBytes || this.results.size === 1) break;
      if (kept instanceof Promise) continue;
      this.results.delete(old);
      this.bytes -= kept.length;
    }
    return json;
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
