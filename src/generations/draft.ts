import { type Caller, maySee } from '../auth/caller.js';
import { newId } from '../ids.js';
import type { Scheduler } from '../scheduler/ports.js';
import { adaptOutputs, defaultOutputs, type Outputs, outputIssues } from '../video/outputs.js';
import type { ModelCatalog, ModelInfo } from './catalog.js';
import { downgrade } from './downgrade.js';
import type { Draft } from './insertion.js';
import type { InputIssue } from './issue.js';
import type { Upload, Uploads } from './ports.js';
import { promptIssues } from './prompt.js';
import type { NewGeneration } from './record.js';
import {
  type CachePolicy,
  type CreateRefusal,
  type GenerationRequest,
  type OutputsInput,
  priorities,
} from './request.js';
import { requestHashes } from './request-hash.js';
import { isResolved, type ResolvedSettings, resolveSettings } from './settings.js';
import type { GenerationStore } from './store.js';

/** What checking a request takes. */
export interface DraftParts {
  readonly store: GenerationStore;
  readonly scheduler: Scheduler;
  readonly catalog: ModelCatalog;
  readonly uploads: Uploads;
  readonly randomSeed: () => number;
}

/** What is not in the request itself. */
export interface Origin {
  readonly idempotencyKey: string | null;
  readonly inputHash: string | null;
  readonly retriedFromId: string | null;
}

/** Checks all of a request, fills in what it leaves out, and makes it fit where that is allowed. */
export async function draft(
  parts: DraftParts,
  caller: Caller,
  request: GenerationRequest,
  origin: Origin,
): Promise<Draft | CreateRefusal> {
  const { store, catalog, uploads } = parts;
  const model = request.model ? catalog.get(request.model) : catalog.default;
  if (!model) return { kind: 'notFound', what: 'model', id: request.model ?? '' };
  const { remixedFromId, firstFrameUploadId } = request;
  const remixed = remixedFromId ? await store.get(remixedFromId) : null;
  if (remixedFromId && !(remixed && maySee(caller, remixed.clientId))) {
    return { kind: 'notFound', what: 'generation', id: remixedFromId };
  }
  const firstFrame = firstFrameUploadId ? await uploads.get(firstFrameUploadId) : null;
  if (firstFrameUploadId && !(firstFrame && maySee(caller, firstFrame.clientId))) {
    return { kind: 'notFound', what: 'upload', id: firstFrameUploadId };
  }
  const checked = await check(parts, request, model);
  if ('kind' in checked) return checked;
  const { outputs, ...resolved } = checked;

  const generation = {
    id: newId(),
    prompt: request.prompt.trim(),
    negativePrompt: (request.negativePrompt ?? '').trim(),
    model: model.name,
    ...resolved,
    outputs,
    batching: request.batching ?? 'AUTO',
    priority: request.priority ?? priorities.default,
    firstFrameUploadId: firstFrame?.id ?? null,
    webhookUrl: request.webhookUrl ?? null,
    webhookEvents: request.webhookEvents ?? null,
    remixedFromId: remixedFromId ?? null,
    clientId: caller.keyId,
    ...origin,
  } as const;
  return forCache(generation, request, model, firstFrame);
}

/** Settings and outputs, resolved, checked, and made to fit. */
async function check(
  { scheduler, randomSeed }: DraftParts,
  request: GenerationRequest,
  model: ModelInfo,
): Promise<(ResolvedSettings & { outputs: Outputs }) | CreateRefusal> {
  const resolved = resolveSettings(request.settings ?? {}, model, randomSeed);
  const outputs = outputsOf(request.outputs);
  const issues = [
    ...(await promptIssues('prompt', request.prompt, model)),
    ...(await promptIssues('negativePrompt', request.negativePrompt ?? '', model)),
    ...(isResolved(resolved) ? outputIssues(outputs, resolved.settings) : resolved),
    ...priorityIssues(request.priority),
    ...webhookIssues(request),
  ];
  if (issues.length > 0 || !isResolved(resolved)) return { kind: 'invalidInput', issues };
  const fit = scheduler.fit(model.name, resolved.settings);
  if (fit.fits) return { ...resolved, outputs };
  if (request.onDoesNotFit !== 'DOWNGRADE' || !fit.largest) {
    const { requiredBytes, availableBytes, largest } = fit;
    return { kind: 'doesNotFit', requiredBytes, availableBytes, largest };
  }
  const smaller = downgrade(resolved, { ...fit, largest: fit.largest });
  return { ...smaller, outputs: adaptOutputs(outputs, resolved.settings, smaller.settings) };
}

function forCache(
  generation: Omit<NewGeneration, 'requestHash' | 'seedlessHash'>,
  request: GenerationRequest,
  model: ModelInfo,
  firstFrame: Upload | null,
): Draft {
  const policy: CachePolicy = request.cache ?? 'USE';
  if (policy === 'BYPASS') return { generation: { ...generation, requestHash: null, seedlessHash: null }, reuse: null };
  const hashes = requestHashes(generation, model.contentHash, firstFrame?.sha256 ?? null);
  const anySeed = policy === 'USE_ANY_SEED' && typeof request.settings?.seed !== 'number';
  const reuse = policy === 'REFRESH' ? null : anySeed ? 'seedlessHash' : 'requestHash';
  return { generation: { ...generation, ...hashes }, reuse };
}

export function outputsOf(input: OutputsInput | null | undefined): Outputs {
  return {
    formats: input?.formats ?? defaultOutputs.formats,
    crop: input?.crop ?? defaultOutputs.crop,
    subtitles: input?.subtitles ?? defaultOutputs.subtitles,
  };
}

export function priorityIssues(priority: number | null | undefined): InputIssue[] {
  const { min, max } = priorities;
  if (priority === null || priority === undefined || (priority >= min && priority <= max)) return [];
  const code = priority < min ? 'TOO_SMALL' : 'TOO_LARGE';
  const message = `priority must be a whole number from ${min} to ${max}; ${priority} is not.`;
  return [{ path: ['priority'], code, message }];
}

/** Whether the address may be called is seen when it is called, since names change their addresses. */
function webhookIssues({ webhookUrl: url, webhookEvents: events }: GenerationRequest): InputIssue[] {
  if (events?.length === 0) {
    const message = "Name at least one event, or leave webhookEvents out for the server's choice.";
    return [{ path: ['webhookEvents'], code: 'REQUIRED', message }];
  }
  if (!url) return [];
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed?.protocol === 'https:' || parsed?.protocol === 'http:') return [];
  return [{ path: ['webhookUrl'], code: 'UNSUPPORTED', message: 'webhookUrl must begin with https:// or http://.' }];
}
