import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import type { ApiContext } from './context.js';
import { problemOf } from './create-generation.result.js';
import { EstimateGenerationInput, EstimateGenerationResult, EstimateGenerationSuccess } from './estimate.type.js';
import { optionalIdOf } from './global-id.js';
import { NotFound } from './user-error.type.js';

@Resolver()
export class EstimateResolver {
  @Query(() => EstimateGenerationResult, {
    description:
      'How long a video would take and what memory it would need. Validates like createGeneration; reserves nothing.',
  })
  estimateGeneration(
    @Arg('input', () => EstimateGenerationInput, { description: 'What would be made.' })
    { modelId, ...rest }: EstimateGenerationInput,
    @Ctx() { service }: ApiContext,
  ): EstimateGenerationResult {
    const model = optionalIdOf('model', modelId);
    if (model === null) return new NotFound('model', modelId ?? '');
    const result = service.estimate({ ...rest, model });
    if (result.kind === 'estimated') return new EstimateGenerationSuccess(result);
    return problemOf(result) as Exclude<EstimateGenerationResult, EstimateGenerationSuccess>;
  }
}
