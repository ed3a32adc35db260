import type { Caller } from '../auth/caller.js';
import type { ModelCatalog } from '../generations/catalog.js';
import type { Adjustment } from '../generations/generation.js';
import type { GenerationService } from '../generations/service.js';
import type { VideoBody } from './body.js';
import { fromRefusal } from './error.js';
import { fitSeconds, fitSize } from './grid.js';
import { describeVideo } from './video.js';

/** @throws OpenAiError; Refusal */
export async function createVideo(
  { service, catalog }: { readonly service: GenerationService; readonly catalog: ModelCatalog },
  caller: Caller,
  body: VideoBody,
  idempotencyKey: unknown,
): Promise<object> {
  const model = body.model ? catalog.get(body.model) : catalog.default;
  if (!model) throw fromRefusal({ kind: 'notFound', what: 'model', id: body.model ?? '' });
  const adjustments: Adjustment[] = [];
  const keep = <T extends { adjustments: Adjustment[] }>({ adjustments: more, ...rest }: T): Omit<T, 'adjustments'> => {
    adjustments.push(...more);
    return rest;
  };
  const result = await service.create(caller, {
    model: model.name,
    prompt: body.prompt,
    negativePrompt: body.negative_prompt,
    settings: {
      ...(body.size === undefined ? {} : keep(fitSize(body.size, model))),
      ...(body.seconds === undefined ? {} : keep(fitSeconds(body.seconds, body.fps ?? model.defaults.fps, model))),
      ...{ fps: body.fps, seed: body.seed, steps: body.num_inference_steps, shift: body.flow_shift },
      guidanceScale: body.guidance_scale,
      guidanceRescale: body.guidance_rescale,
      guidanceInterval: body.guidance_interval,
      cacheSteps: body.cache_steps,
    },
    firstFrameUploadId: body.firstFrameUploadId,
    idempotencyKey: typeof idempotencyKey === 'string' ? `openai ${idempotencyKey}` : null,
  });
  if (result.kind !== 'created') throw fromRefusal(result);
  return describeVideo(result.generation, adjustments);
}
