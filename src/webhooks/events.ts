import type { EventType, GenerationEvent } from '../events/event.js';
import type { Outbox } from '../generations/ports.js';
import { newId } from '../ids.js';

/** Events that can be sent, by their names on the wire. Progress is not among them: that is what subscriptions are for. */
export const webhookEventNames = {
  'generation.queued': 'GenerationQueued',
  'generation.started': 'GenerationStarted',
  'generation.resumed': 'GenerationResumed',
  'generation.succeeded': 'GenerationSucceeded',
  'generation.failed': 'GenerationFailed',
  'generation.canceled': 'GenerationCanceled',
} as const satisfies Record<string, EventType>;

export type WebhookEventName = keyof typeof webhookEventNames;
export const webhookEvents = Object.keys(webhookEventNames) as WebhookEventName[];

/** Null for an event that is never sent. */
export function webhookName({ type }: Pick<GenerationEvent, 'type'>): WebhookEventName | null {
  return webhookEvents.find((name) => webhookEventNames[name] === type) ?? null;
}

/**
 * Notes in the event's own transaction that it is to be delivered: so neither a crash nor a full disk can come between the two,
 * and what was noted is delivered by whichever server runs next. Deriving it from the log by a cursor would do as well, but the
 * log is by generation: a cursor over all of it would need an order that it does not have.
 * @param usual what is sent to a webhook that has not chosen
 */
export function webhookOutbox(usual: readonly WebhookEventName[]): Outbox {
  return async (tx, { webhookUrl, webhookEvents: chosen }, event) => {
    const name = webhookName(event);
    if (webhookUrl === null || name === null || !(chosen ?? usual).includes(name)) return;
    const { generationId, sequence, occurredAt } = event;
    const times = { createdAt: occurredAt, nextAttemptAt: occurredAt };
    await tx.webhookDelivery.create({
      data: { id: newId(), generationId, sequence, url: webhookUrl, event: event.type, attempts: 0, ...times },
    });
  };
}
