import type { Caller } from '../auth/caller.js';
import { type CreateParts, createOne } from './create.js';
import { isFinal } from './lifecycle.js';
import type { GenerationRecord } from './record.js';
import type { CreateResult } from './request.js';

export type RetryResult = CreateResult | { readonly kind: 'busy'; readonly generation: GenerationRecord };

/**
 * The same request again, seed included. It runs, whatever the cache holds, and goes on from what the first one left: where
 * only the encoding failed, nothing is denoised again.
 * @throws Refusal FORBIDDEN
 */
export async function retry(
  parts: CreateParts,
  caller: Caller,
  origin: GenerationRecord,
  idempotencyKey: string | null | undefined,
): Promise<RetryResult> {
  if (!isFinal(origin.status)) return { kind: 'busy', generation: origin };
  const { model, prompt, negativePrompt, settings, firstFrameUploadId, outputs, priority, batching } = origin;
  const { webhookUrl, webhookEvents, requestHash } = origin;
  return createOne(parts, caller, {
    ...{ model, prompt, negativePrompt, settings, firstFrameUploadId, outputs, priority, batching },
    ...{ webhookUrl, webhookEvents },
    cache: requestHash === null ? 'BYPASS' : 'REFRESH',
    idempotencyKey,
    retriedFromId: origin.id,
  });
}
