import type { Adjustment, Artifact, GenerationFailure, Progress, ResumeCause } from '../generations/generation.js';
import type { Transition } from '../generations/lifecycle.js';

/** What happened to a generation. The names are those of the GraphQL types. */
export type EventBody =
  | {
      readonly type: 'GenerationQueued';
      readonly position: number;
      /** What the server changed in what was asked for; left out where that is nothing. */
      readonly adjustments?: readonly Adjustment[];
    }
  | { readonly type: 'GenerationStarted'; readonly deviceId: string }
  | { readonly type: 'GenerationProgressed'; readonly progress: Progress }
  | { readonly type: 'GenerationResumed'; readonly fromStep: number; readonly cause: ResumeCause }
  | {
      readonly type: 'GenerationSucceeded';
      readonly artifacts: readonly Artifact[];
      /** Where another generation made them. */
      readonly cached?: true;
    }
  | { readonly type: 'GenerationFailed'; readonly failure: GenerationFailure }
  | { readonly type: 'GenerationCanceled' };
export type EventType = EventBody['type'];

/** An entry of a generation's log: sequence 1, 2, 3 … without holes, never reused. */
export type GenerationEvent = EventBody & {
  readonly generationId: string;
  readonly sequence: number;
  readonly occurredAt: Date;
};

/** After one of these nothing follows, and a subscription completes. */
export function isTerminal(event: { readonly type: EventType }): boolean {
  return (
    event.type === 'GenerationSucceeded' || event.type === 'GenerationFailed' || event.type === 'GenerationCanceled'
  );
}

/** The step in the lifecycle that an event records. GenerationQueued has none: it is recorded with the row's creation. */
export function transitionOf(body: Exclude<EventBody, { type: 'GenerationQueued' }>): Transition {
  switch (body.type) {
    case 'GenerationStarted':
      return 'START';
    case 'GenerationProgressed':
      return 'PROGRESS';
    case 'GenerationResumed':
      return body.cause === 'SERVER_RESTARTED' ? 'RESTART' : 'RESUME';
    case 'GenerationSucceeded':
      return body.cached ? 'SHARE' : 'SUCCEED';
    case 'GenerationFailed':
      return 'FAIL';
    case 'GenerationCanceled':
      return 'CANCEL';
  }
}
