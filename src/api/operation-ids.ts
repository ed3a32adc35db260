/**
 * The operations of one socket, and which of them the ids stand for. A client that completes an operation may use its id again at
 * once, while the first is still being opened; graphql-ws knows operations by their ids only, takes the first for the second when
 * it is open, and then both send under one id and the first is never closed. Operations are told apart by their payload objects.
 */
export class OperationIds {
  private readonly latest = new Map<string, object>();
  private readonly open = new Set<object>();

  /** Those that are worked on, completed by the client or not: one that only ever opens and completes is bounded too. */
  get size(): number {
    return this.open.size;
  }

  begin(id: string, payload: object): void {
    this.latest.set(id, payload);
    this.open.add(payload);
  }

  /** Whether the id has gone over to a later operation. */
  isPast(id: string, payload: object): boolean {
    return this.latest.get(id) !== payload;
  }

  end(id: string, payload: object): void {
    this.open.delete(payload);
    if (!this.isPast(id, payload)) this.latest.delete(id);
  }
}

/** What a past operation gets instead of a result: graphql-ws then does nothing more with its id. Nobody keeps it, so it is collected. */
export function nothingEver(): Promise<never> {
  return new Promise(() => {});
}
