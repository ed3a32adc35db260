import { artifactPath } from '../artifacts/urls.js';
import type { GenerationEvent } from '../events/event.js';
import type { GenerationRecord } from '../generations/record.js';
import { type WebhookEventName, webhookName } from './events.js';

/** What a receiver gets, as JSON: type, time and data, as Standard Webhooks has it. */
export interface Payload {
  readonly type: WebhookEventName;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** @param linkTo makes a link to a path of this server that holds without a key */
export function payloadOf(
  event: GenerationEvent,
  { model, prompt, settings }: Pick<GenerationRecord, 'model' | 'prompt' | 'settings'>,
  linkTo: (path: string) => string,
): Payload {
  const type = webhookName(event);
  if (type === null) throw new Error(`${event.type} is never sent.`);
  const { generationId, sequence, occurredAt } = event;
  return {
    type,
    timestamp: occurredAt.toISOString(),
    data: {
      generationId: `generation_${generationId}`,
      sequence,
      ...{ model, prompt, settings },
      ...factsOf(event, linkTo),
    },
  };
}

function factsOf(event: GenerationEvent, linkTo: (path: string) => string): Record<string, unknown> {
  switch (event.type) {
    case 'GenerationQueued':
      return { position: event.position };
    case 'GenerationStarted':
      return { deviceId: `device_${event.deviceId}` };
    case 'GenerationResumed':
      return { fromStep: event.fromStep, cause: event.cause };
    case 'GenerationSucceeded':
      return {
        cached: event.cached ?? false,
        artifacts: event.artifacts.map((artifact) => ({ ...artifact, url: linkTo(artifactPath(artifact)) })),
      };
    case 'GenerationFailed':
      return { failure: event.failure };
    case 'GenerationCanceled':
    case 'GenerationProgressed':
      return {};
  }
}
