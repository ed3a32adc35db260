import type { Caller } from '../auth/caller.js';
import { type CreateParts, createOne } from './create.js';
import { isFinal } from './lifecycle.js';
import type { GenerationRecord } from './record.js';
import type { CreateResult, OutputsInput } from './request.js';

export type RetryResult = CreateResult | { readonly kind: 'busy'; readonly generation: GenerationRecord };

export interface RetryChange {
  /** Instead of what was made of the pictures before. */
  readonly outputs?: OutputsInput | null;
  readonly idempotencyKey?: string | null;
}

/**
 * The same request again, seed included, and with other outputs where these are given. It runs, whatever the cache holds, and goes on from what the first one left: where
 * its finished latents are still there, nothing is denoised again.
 * @throws Refusal FORBIDDEN
 */
export async function retry(
  parts: CreateParts,
  caller: Caller,
  origin: GenerationRecord,
  { outputs, idempotencyKey }: RetryChange,
): Promise<RetryResult> {
  if (!isFinal(origin.status)) return { kind: 'busy', generation: origin };
  const { model, prompt, negativePrompt, settings, firstFrameUploadId, priority, batching } = origin;
  const { webhookUrl, webhookEvents, requestHash } = origin;
  return createOne(parts, caller, {
    ...{ model, prompt, negativePrompt, settings, firstFrameUploadId, priority, batching },
    ...{ webhookUrl, webhookEvents },
    outputs: outputs ?? origin.outputs,
    cache: requestHash === null ? 'BYPASS' : 'REFRESH',
    idempotencyKey,
    retriedFromId: origin.id,
  });
}
