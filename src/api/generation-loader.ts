import type { GenerationRecord } from '../generations/record.js';
import type { ApiContext } from './context.js';

type Waiter = {
  readonly id: string;
  readonly resolve: (found: GenerationRecord | null) => void;
  readonly reject: (error: unknown) => void;
};
const batches = new WeakMap<ApiContext, Waiter[]>();

/**
 * A generation that another one links to. What the fields of one page ask for in one go is read at once: 100 remixes cost one
 * query instead of 100. Nothing is remembered, so that a mutation's answer never shows what was before it.
 */
export function loadGeneration(context: ApiContext, id: string): Promise<GenerationRecord | null> {
  return new Promise((resolve, reject) => {
    const batch = batches.get(context);
    if (batch) return void batch.push({ id, resolve, reject });
    const opened: Waiter[] = [{ id, resolve, reject }];
    batches.set(context, opened);
    // After all that is resolved in this turn, promises included.
    setImmediate(() => {
      batches.delete(context);
      readAll(context, opened);
    });
  });
}

function readAll({ service, caller }: ApiContext, waiters: readonly Waiter[]): void {
  service.getMany(caller, [...new Set(waiters.map(({ id }) => id))]).then(
    (records) => {
      const found = new Map(records.map((record) => [record.id, record]));
      for (const { id, resolve } of waiters) resolve(found.get(id) ?? null);
    },
    (error) => {
      for (const { reject } of waiters) reject(error);
    },
  );
}
