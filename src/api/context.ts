import type { Caller } from '../auth/caller.js';
import type { EventStream } from '../events/event-stream.js';
import type { ModelCatalog } from '../generations/catalog.js';
import type { GenerationService } from '../generations/service.js';
import type { Scheduler } from '../scheduler/ports.js';

/** What resolvers work with: the application's parts, and where the caller reaches this server. */
export interface ApiContext {
  readonly service: GenerationService;
  readonly events: EventStream;
  readonly scheduler: Scheduler;
  readonly catalog: ModelCatalog;
  readonly caller: Caller;
  /** Origin for links, such as `http://127.0.0.1:4000`: the address the request itself was sent to. */
  readonly baseUrl: string;
  /** The URL of a file of this server, which the caller can use without a header: signed where keys are wanted. */
  linkTo(path: string): string;
}

/** What of a context shows in results: callers for whom it is equal are shown the same, and may share a subscription's. */
export function audienceOf({ baseUrl, caller }: ApiContext): string {
  return JSON.stringify([baseUrl, caller.keyId, caller.role]);
}
